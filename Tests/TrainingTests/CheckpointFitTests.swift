import Autodiff
import Layers
import Networks
import Testing
import Training

/// Proves that a checkpoint which does not fit a network says why in one sentence, and changes no bit.
@Suite("Checkpoints of other networks")
struct CheckpointFitTests {
  private func network(_ change: (inout Networks.UResNetConfiguration) -> Void = { _ in }) throws
    -> any Layer<SparseTensor>
  {
    try NetworkMode.sparse.network(seed: 3, change)
  }

  private func expectRefusal(
    _ checkpoint: Checkpoint, into network: any Module, _ sentence: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let before = network.bits
    let error = #expect(throws: CheckpointError.self, sourceLocation: sourceLocation) {
      try checkpoint.load(into: network, file: "runs/model-5.h5", remedy: "change --preset")
    }
    #expect(error?.description == sentence, sourceLocation: sourceLocation)
    #expect(network.bits == before, sourceLocation: sourceLocation)
  }

  /// The checkpoint of another network, with a parameter changed, left out or put in.
  private func checkpoint(
    _ change: (inout [Checkpoint.Entry]) -> Void
  ) throws -> Checkpoint {
    let source = try network()
    source.fill(seed: 4)
    var entries = Checkpoint(of: source, step: 5).parameters
    change(&entries)
    return Checkpoint(parameters: entries, step: 5)
  }

  @Test("a missing parameter, first or last", arguments: [false, true])
  func missing(isLast: Bool) throws {
    let target = try network()
    let named = target.namedParameters
    let left = try #require(isLast ? named.last : named.first)
    let incomplete = try checkpoint { $0.removeAll { $0.name == left.name } }
    expectRefusal(
      incomplete, into: target,
      "runs/model-5.h5 has no parameter \(left.name), of shape \(left.parameter.shape), which the "
        + "network has: change --preset")
  }

  @Test("a parameter that the network has not")
  func leftOver() throws {
    let more = try checkpoint {
      $0.append(
        Checkpoint.Entry(name: "level9.weight", shape: [2, 3], values: [0, 1, 2, 3, 4, 5]))
    }
    expectRefusal(
      more, into: try network(),
      "runs/model-5.h5 has a parameter level9.weight, of shape [2, 3], which the network has not: "
        + "change --preset")
  }

  @Test("a shape of other extents, of another order, and of another rank")
  func shape() throws {
    let name = "final.block0.first.convolution.weight"
    let count = 9 * 3 * 3
    for shape in [[9, 3, 4], [3, 9, 3], [count], [9, 3, 3, 1], [0, 3, 3]] {
      let other = try checkpoint { entries in
        entries = entries.map {
          guard $0.name == name else { return $0 }
          let values = [Float](repeating: 1, count: shape.reduce(1, *))
          return Checkpoint.Entry(name: name, shape: shape, values: values)
        }
      }
      expectRefusal(
        other, into: try network(),
        "runs/model-5.h5 has the parameter \(name) of shape \(shape), but the network's has "
          + "[9, 3, 3]: change --preset")
    }
  }

  @Test("networks of other switches are refused both ways")
  func otherSwitches() throws {
    let changes: [(inout Networks.UResNetConfiguration) -> Void] = [
      { $0.depth = 1 }, { $0.initialFilters = 4 }, { $0.batchNorm = false },
      { $0.residual = false }, { $0.bias = false }, { $0.blocksFinal = 2 },
      { $0.bottleneckDeepest = 6 }, { $0.splitScope = .eachPlane },
    ]
    for change in changes {
      let (ours, theirs) = (try network(), try network(change))
      for (source, target) in [(ours, theirs), (theirs, ours)] {
        let before = target.bits
        let error = #expect(throws: CheckpointError.self) {
          try Checkpoint(of: source, step: 1).load(into: target, file: "a.h5", remedy: "change it")
        }
        #expect(error?.description.hasPrefix("a.h5 has ") == true)
        #expect(error?.description.hasSuffix(": change it") == true)
        #expect(target.bits == before)
      }
    }
  }
}
