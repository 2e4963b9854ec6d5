import Autodiff
import Files
import Foundation
import Layers
import Tensors
import Testing
import Training

/// Proves that training goes on from a file as if it had never stopped.
@Suite("The state of training")
struct TrainingStateTests {
  /// Takes steps along gradients that only the step's number decides.
  private func train(_ loop: TrainingLoop, _ network: any Module, _ steps: Range<Int>) throws {
    for step in steps {
      _ = try loop.step(learningRate: 1e-2 / Double(step + 1)) { tape in
        for (number, parameter) in network.trainedParameters.enumerated() {
          for index in 0..<parameter.count {
            parameter.gradient.values[index] = Float((index * 7 + number + step) % 11) - 5
          }
        }
        let result = tape.variable(Tensor(rows: 1, channels: 1, [0]))
        return Loss(0, of: result, gradient: Tensor(rows: 1, channels: 1, [0]))
      }
    }
  }

  private func loop(_ network: any Module, _ kind: OptimizerKind) -> TrainingLoop {
    TrainingLoop(of: network, by: kind.make(weightDecay: 0.1), threads: Threads(count: 2))
  }

  @Test(
    "a file holds what each optimizer needs to go on with the same bits",
    arguments: OptimizerKind.allCases, [0, 1, 3])
  func goesOn(kind: OptimizerKind, stop: Int) throws {
    let scratch = try Scratch()
    let whole = try NetworkMode.sparse.network()
    try train(loop(whole, kind), whole, 0..<5)

    let first = try NetworkMode.sparse.network()
    let before = loop(first, kind)
    try train(before, first, 0..<stop)
    let written = Checkpoint(
      of: first, step: stop, state: ["best": "0.5"], training: before.state)
    try written.write(to: scratch.file("model.h5"))
    let read = try Checkpoint(contentsOf: scratch.file("model.h5"))
    #expect(read == written)

    let second = try NetworkMode.sparse.network(seed: 77)
    let after = loop(second, kind)
    try read.load(into: second, file: "model.h5", remedy: "none is needed")
    try after.restore(read.training, steps: read.step, file: "model.h5")
    #expect(after.steps == UInt64(stop))
    try train(after, second, stop..<5)
    #expect(second.bits == whole.bits)
    #expect(try after.state == stateAfter(5, kind))
  }

  private func stateAfter(_ steps: Int, _ kind: OptimizerKind) throws -> TrainingState {
    let network = try NetworkMode.sparse.network()
    let loop = loop(network, kind)
    try train(loop, network, 0..<steps)
    return loop.state
  }

  @Test("another optimizer's state, and that of another network, are refused by name")
  func others() throws {
    let network = try NetworkMode.sparse.network()
    let error = #expect(throws: CheckpointError.self) {
      try loop(network, .sgd).restore(loop(network, .lamb).state, steps: 1, file: "model-1.h5")
    }
    #expect(
      error?.description
        == "model-1.h5 was trained by lamb, not by sgd: give --optimizer lamb, or another "
        + "--log-directory and --weights model-1.h5 to begin anew from its weights")
    let wider = try NetworkMode.sparse.network { $0.initialFilters += 1 }
    let shape = #expect(throws: CheckpointError.self) {
      try loop(network, .adam).restore(loop(wider, .adam).state, steps: 1, file: "model-1.h5")
    }
    #expect(
      shape?.description.wholeMatch(
        of: /model-1.h5 has no mean of shape \[.*\] that adam remembers of [a-z0-9.]+: .*/) != nil,
      "\(String(describing: shape))")
  }

  @Test("on a disk that fails at any operation, the file is the old or the new, whole")
  func faults() throws {
    let scratch = try Scratch()
    let path = scratch.file("model.h5")
    let network = try NetworkMode.sparse.network()
    let loop = loop(network, .adam)
    let old = Checkpoint(of: network, step: 1, training: loop.state)
    try train(loop, network, 0..<1)
    let new = Checkpoint(of: network, step: 2, training: loop.state)
    var (operation, refusals) = (0, 0)
    var faults: WriteFaults
    repeat {
      try old.write(to: path)
      faults = WriteFaults(from: operation)
      WriteFaults.$current.withValue(faults) {
        do throws(FileError) {
          try new.write(to: path)
        } catch {
          refusals += 1
          #expect(error.kind == .inputOutput && error.message.contains("model.h5"))
        }
      }
      let found = try Checkpoint(contentsOf: path)
      #expect(found == old || found == new, "operation \(operation)")
      #expect(scratch.contents == ["model.h5"], "operation \(operation)")
      operation += 1
    } while faults.wasReached
    #expect(try Checkpoint(contentsOf: path) == new)
    // Making, every array and attribute, flushing, and the name.
    #expect(refusals > 50)
  }
}
