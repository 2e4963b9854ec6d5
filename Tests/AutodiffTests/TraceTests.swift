import Autodiff
import Foundation
import Tensors
import Testing

/// Proves that time goes to the layer that spent it, once.
@Suite("Trace")
struct TraceTests {
  /// An operator that takes some time each way.
  private func slow(_ x: Variable, forward: Double = 0, backward: Double = 0) -> Variable {
    x.tape.record(rows: x.rows, channels: x.channels) { _ in
      Thread.sleep(forTimeInterval: forward)
      return (
        x.value,
        { gradient in
          Thread.sleep(forTimeInterval: backward)
          x.accumulate { _ in gradient }
        }
      )
    }
  }

  private func layer(
    _ name: String, _ x: Variable, _ body: (Variable) -> Variable
  ) -> Variable {
    x.tape.trace?.enter(name, layer: "Layer \(name)")
    let result = body(x)
    x.tape.trace?.leave(
      Trace.Shapes(
        rows: result.rows, channels: result.channels, spatialSize: [result.rows],
        parameterCount: 5, inputValues: x.rows * x.channels))
    return result
  }

  private func part(_ name: String, _ x: Variable, _ body: (Variable) -> Variable) -> Variable {
    x.tape.trace?.enter(name, layer: "Part")
    let result = body(x)
    x.tape.trace?.leave(nil)
    return result
  }

  /// Layers `first` and `block.inner`, an operator of the block, and two of the network itself.
  private func network(_ x: Variable) -> Variable {
    let first = layer("first", x) { slow(slow($0, forward: 0.002), backward: 0.003) }
    let begun = slow(first)
    let block = part("block", begun) { input in
      let inner = layer("inner", input) { slow($0, forward: 0.001, backward: 0.001) }
      return slow(inner, backward: 0.002)
    }
    return slow(block, forward: 0.001)
  }

  private func run(_ trace: Trace, purpose: Tape.Purpose = .training) -> (Double, Double) {
    let tape = Tape(purpose)
    tape.trace = trace
    let clock = ContinuousClock()
    let x = tape.variable(Tensor(rows: 2, channels: 3), needsGradient: true)
    var result = x
    let forward = clock.measure { result = network(x) }
    guard purpose == .training else { return (forward / .seconds(1), 0) }
    let backward = clock.measure {
      tape.backward(from: result, gradient: Tensor(rows: 2, channels: 3))
    }
    return (forward / .seconds(1), backward / .seconds(1))
  }

  @Test("layers are named in order, with what they read and made")
  func entries() {
    for trace in [Trace(), Trace(isTiming: true)] {
      _ = run(trace)
      #expect(trace.entries.map(\.path) == [["first"], ["block", "inner"]])
      #expect(trace.entries.map(\.layer) == ["Layer first", "Layer inner"])
      #expect(trace.entries.allSatisfy { $0.rows == 2 && $0.channels == 3 })
      // Six values in, six out, five parameters.
      #expect(trace.entries.map(\.bytes) == [68, 68])
      #expect(trace.path.isEmpty)
    }
  }

  @Test("without timing there are no times, and nothing between layers")
  func untimed() {
    let trace = Trace()
    _ = run(trace)
    #expect(trace.entries.allSatisfy { $0.forwardSeconds == 0 && $0.backwardSeconds == 0 })
    #expect(trace.spans.isEmpty && trace.betweenLayers.isEmpty)
  }

  @Test("each layer has the time of its operators, and all together no more than the pass")
  func attribution() {
    let trace = Trace(isTiming: true)
    let (forward, backward) = run(trace)
    // A sleep takes at least as long as it is told.
    #expect(trace.entries[0].forwardSeconds >= 0.002)
    #expect(trace.entries[0].backwardSeconds >= 0.003)
    #expect(trace.entries[1].forwardSeconds >= 0.001)
    #expect(trace.entries[1].backwardSeconds >= 0.001)
    #expect(Set(trace.betweenLayers.map(\.path)) == [[], ["block"]])
    for entry in trace.betweenLayers {
      #expect(entry.path.isEmpty ? entry.forwardSeconds >= 0.001 : entry.backwardSeconds >= 0.002)
      // Two operators of the network, one of the block, with six values each.
      #expect(entry.bytes == (entry.path.isEmpty ? 48 : 24))
    }
    let all = trace.entries + trace.betweenLayers
    #expect(all.reduce(0) { $0 + $1.forwardSeconds } <= forward)
    #expect(all.reduce(0) { $0 + $1.backwardSeconds } <= backward)
  }

  @Test("time spans nest as parts do, and gradients come in reverse")
  func spans() throws {
    let trace = Trace(isTiming: true)
    _ = run(trace)
    let forward = trace.spans.filter { $0.kind != .backward }
    #expect(forward.map(\.path) == [["first"], ["block", "inner"], ["block"]])
    #expect(forward.map(\.kind) == [.layer, .layer, .part])
    #expect(forward[2].start <= forward[1].start && forward[1].end <= forward[2].end)
    #expect(forward[0].end <= forward[2].start)
    let backward = trace.spans.filter { $0.kind == .backward }
    #expect(
      backward.map(\.path) == [[], ["block"], ["block", "inner"], [], ["first"], ["first"]])
    for (earlier, later) in zip(backward, backward.dropFirst()) {
      #expect(earlier.end <= later.start)
    }
  }

  @Test("inference has no time backward, planning none at all")
  func otherPurposes() {
    let inference = Trace(isTiming: true)
    _ = run(inference, purpose: .inference)
    #expect(inference.entries[0].forwardSeconds >= 0.002)
    #expect(inference.entries.allSatisfy { $0.backwardSeconds == 0 })
    #expect(!inference.spans.contains { $0.kind == .backward })
    let planning = Trace()
    let tape = Tape(.planning)
    tape.trace = planning
    _ = network(tape.placeholder(rows: 2, channels: 3))
    #expect(planning.entries.count == 2)
  }

  @Test("what nobody used downstream has no time backward")
  func unused() {
    let tape = Tape(.training)
    let trace = Trace(isTiming: true)
    tape.trace = trace
    let x = tape.variable(Tensor(rows: 1, channels: 1), needsGradient: true)
    let unused = layer("unused", x) { slow($0) }
    let used = layer("used", x) { slow($0, backward: 0.001) }
    tape.backward(from: used, gradient: Tensor(rows: 1, channels: 1))
    #expect(unused.gradient == nil)
    #expect(trace.entries[0].backwardSeconds == 0)
    #expect(trace.entries[1].backwardSeconds >= 0.001)
  }
}
