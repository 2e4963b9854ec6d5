import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves that measured networks compute the same, and that layers have their work and time noted.
@Suite("Traces that measure time")
struct TimedTraceTests {
  private typealias Named = (name: String, layer: any Layer<SparseTensor>)

  /// A convolution, a residual block and a classifier.
  private func network(isRecomputed: Bool) -> Sequential<SparseTensor> {
    var random = RandomStream(seed: 1, stream: 0)
    let convolution = SubmanifoldConvolution(
      inputChannels: 1, outputChannels: 4, filterSize: [3, 3], random: &random)
    let inner: Named = (
      "convolution",
      SubmanifoldConvolution(
        inputChannels: 4, outputChannels: 4, filterSize: [3, 3], random: &random)
    )
    let branch = Sequential<SparseTensor>([
      inner, ("normalization", BatchNormReLU(channels: 4)),
    ])
    let block = ConcatTable([("skip", Identity()), ("branch", branch)], then: .add)
    let classifier = NetworkInNetwork(inputChannels: 4, outputChannels: 2, random: &random)
    return Sequential([
      ("first", convolution), ("block", isRecomputed ? Recomputed(block) : block),
      ("classifier", classifier),
    ])
  }

  private func bits(
    _ network: Sequential<SparseTensor>, count: Int, trace: Trace?
  ) throws -> [[UInt32]] {
    var random = SplitMix(seed: 3)
    let sites = randomSites(count, events: [0, 1], spatialSize: [12, 12], random: &random)
    let plan = Plan(try siteSet(sites, batchSize: 2, spatialSize: [12, 12]))
    let tape = Tape(.training)
    tape.trace = trace
    let features = Tensor(rows: count, channels: 1, sites.map { Float($0[1] % 5) - 2 })
    let output = try network(SparseTensor(features, plan: plan, tape: tape)).features
    let gradient = Tensor(rows: count, channels: 2)
    gradient.fill(0.5)
    tape.backward(from: output, gradient: gradient)
    let gradients = network.trainedParameters.map(\.gradient.array)
    return ([output.value.array] + gradients).map { $0.map(\.bitPattern) }
  }

  @Test("a network that is measured has the same bits", arguments: [0, 1, 50])
  func sameBits(count: Int) throws {
    for isRecomputed in [false, true] {
      let plain = try bits(network(isRecomputed: isRecomputed), count: count, trace: nil)
      let trace = Trace(isTiming: true)
      #expect(try bits(network(isRecomputed: isRecomputed), count: count, trace: trace) == plain)
      #expect(
        trace.entries.map { $0.path.joined(separator: ".") } == [
          "first", "block.skip", "block.branch.convolution", "block.branch.normalization",
          "classifier",
        ])
    }
  }

  @Test("a recomputed block has the time backward of its layers")
  func recomputed() throws {
    let trace = Trace(isTiming: true)
    _ = try bits(network(isRecomputed: true), count: 50, trace: trace)
    let timed = trace.entries.filter { $0.backwardSeconds > 0 }.map(\.path)
    #expect(timed == [["first"], ["classifier"]])
    #expect(trace.betweenLayers.map(\.path) == [["block"]])
    #expect(trace.betweenLayers.allSatisfy { $0.backwardSeconds > 0 })
  }

  @Test("convolutions note pairs, bytes and how they were computed")
  func work() throws {
    let trace = Trace(isTiming: true)
    _ = try bits(network(isRecomputed: false), count: 50, trace: trace)
    let (first, classifier) = (trace.entries[0], trace.entries[4])
    #expect(first.pairs >= 50 && first.multiplyAdds == 4 * first.pairs)
    // One channel in, four out, and 9 × 4 weights with 4 biases.
    #expect(first.bytes == 4 * (50 + 200 + 40))
    #expect(!first.algorithm.isEmpty)
    #expect(classifier.pairs == 50 && classifier.multiplyAdds == 400)
    #expect(trace.entries[3].pairs == 0 && trace.entries[3].algorithm.isEmpty)
    #expect(trace.betweenLayers.map(\.path) == [["block"]])
  }
}
