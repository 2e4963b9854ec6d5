import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves that recomputed blocks give the bits of the blocks themselves, and hold less memory.
@Suite("Recomputed blocks")
struct RecomputedTests {
  private static let channels = 8
  private typealias Named = (name: String, layer: any Layer<SparseTensor>)

  /// How much of a chain of blocks is recomputed.
  enum Depth: CaseIterable, Sendable {
    case nothing, everyBlock, everything, nested
  }

  /// Normalisation, dropout, a residual branch and new sites, several times.
  private static func chain(_ depth: Depth, blocks: Int = 3) -> any Layer<SparseTensor> {
    var random = RandomStream(seed: 4, stream: 0)
    let layers: [Named] = (0..<blocks).map { number in
      let inner: [Named] = [
        (
          "convolution",
          SubmanifoldConvolution(
            inputChannels: channels, outputChannels: channels, filterSize: [3, 3],
            random: &random)
        ),
        ("normalization", BatchNormLeakyReLU(channels: channels)),
        ("dropout", Dropout(probability: 0.3)),
        ("slopes", PReLU(channels: channels)),
        ("channels", BatchwiseDropout(probability: 0.2)),
        ("instance", InstanceNormalization(channels: channels)),
      ]
      let branch: any Layer<SparseTensor> = Sequential(inner)
      let isNested = depth == .nested
      let block = ConcatTable(
        [
          ("skip", Identity()), ("branch", isNested ? Recomputed(branch) : branch),
          ("other", ELU()),
        ], then: .add)
      return ("block\(number)", depth == .everyBlock || isNested ? Recomputed(block) : block)
    }
    let all = Sequential(layers)
    return depth == .everything || depth == .nested ? Recomputed(all) : all
  }

  private static func plan(_ count: Int) throws -> Plan {
    var random = SplitMix(seed: 8)
    let sites = randomSites(count, events: [0, 2], spatialSize: [48, 48], random: &random)
    return Plan(try siteSet(sites, batchSize: 4, spatialSize: [48, 48]))
  }

  /// Everything a step can show: output, input gradient, all parameters' values and gradients.
  private static func step(
    _ network: any Layer<SparseTensor>, _ plan: Plan, arena: Arena = Arena(chunkBytes: 1 << 16),
    threads: Int = 2
  ) throws -> [[UInt32]] {
    for parameter in network.trainedParameters { parameter.clearGradient() }
    var random = SplitMix(seed: 10)
    let features = tensor(random.rows(plan.sites.count, channels: channels), channels: channels)
    let slopes = tensor(random.rows(plan.sites.count, channels: channels), channels: channels)
    let tape = Tape(
      .training, compute: Compute(threads: Threads(count: threads), arena: arena),
      randomness: StepRandomness(seed: 2, step: 7))
    let input = try SparseTensor(features, plan: plan, tape: tape, needsGradient: true)
    let before = network.namedParameters.map(\.parameter.value.array)
    // The input goes around the network too, so that its gradient is a sum from several places.
    let output = try AddTable()([
      input, network(input), Tanh()(input), Dropout(probability: 0.5)(input),
    ])
    #expect(network.namedParameters.map(\.parameter.value.array) == before)
    tape.backward(from: output.features, gradient: slopes)
    let gradient = try #require(input.features.gradient)
    let parameters = network.namedParameters.map(\.parameter)
    return ([output.features.value, gradient] + parameters.flatMap { [$0.value, $0.gradient] })
      .map { $0.array.map(\.bitPattern) }
  }

  @Test(
    "output, gradients and running statistics have the bits of the plain block",
    arguments: [0, 1, 300], [Depth.everyBlock, .everything, .nested])
  func sameBits(count: Int, depth: Depth) throws {
    let plan = try Self.plan(count)
    let plain = try Self.step(Self.chain(.nothing), plan)
    #expect(try Self.step(Self.chain(depth), plan) == plain)
    #expect(try Self.step(Self.chain(depth), plan, threads: 1) == plain)
    #expect(try Self.step(Self.chain(depth), plan, threads: 8) == plain)
  }

  @Test("several steps on one arena stay the same, and memory settles")
  func severalSteps() throws {
    let plan = try Self.plan(200)
    let (plain, recomputed) = (Self.chain(.nothing), Self.chain(.nested))
    let arena = Arena(chunkBytes: 1 << 12)
    var allocations: [Int] = []
    for _ in 0..<5 {
      arena.reset()
      #expect(try Self.step(recomputed, plan, arena: arena) == Self.step(plain, plan))
      allocations.append(arena.inner.systemAllocations)
    }
    #expect(allocations[3] == allocations[4])
  }

  @Test("a deep chain holds less memory, and what inner blocks hold is counted")
  func memory() throws {
    let plan = try Self.plan(800)
    let marks = try [Depth.nothing, .everyBlock, .nested].map { depth in
      let arena = Arena(chunkBytes: 1 << 16)
      _ = try Self.step(Self.chain(depth, blocks: 12), plan, arena: arena)
      #expect(arena.highWaterBytes >= arena.inner.highWaterBytes)
      #expect(arena.inner.usedBytes == 0)
      return arena.highWaterBytes
    }
    #expect(marks[1] < marks[0] / 2, "\(marks)")
  }

  @Test("parameters keep the names the block gives them")
  func names() {
    let plain = Self.chain(.nothing).namedParameters.map(\.name)
    for depth in Depth.allCases {
      #expect(Self.chain(depth).namedParameters.map(\.name) == plain)
    }
  }

  @Test("a block that goes to other sites, planned, trained and evaluated")
  func otherSites() throws {
    var random = RandomStream(seed: 1, stream: 0)
    let block = Sequential<SparseTensor>([
      (
        "down",
        Convolution(
          inputChannels: Self.channels, outputChannels: 3, filterSize: [2, 2],
          filterStride: [2, 2], random: &random)
      ), ("normalization", BatchNormReLU(channels: 3)),
    ])
    let plan = try Self.plan(100)
    for layer in [block, Recomputed(block)] as [any Layer<SparseTensor>] {
      let planned = try layer(SparseTensor(planning: plan, channels: Self.channels))
      let features = Tensor(rows: plan.sites.count, channels: Self.channels)
      let evaluated = try LayerPass(features, plan: plan, purpose: .inference) { try layer($0) }
      let trained = try LayerPass(features, plan: plan) { try layer($0) }
      for output in [planned, evaluated.output, trained.output] {
        #expect(output.sites.spatialSize == [24, 24])
        #expect(output.sites.hasSameSites(as: planned.sites))
        #expect(output.channels == 3)
      }
      _ = try trained.inputGradient(from: Tensor(rows: planned.sites.count, channels: 3))
    }
  }

  @Test("an error of the block is passed on, and changes nothing")
  func refused() throws {
    let normalization = BatchNormalization(channels: Self.channels)
    let block = Recomputed(
      Sequential([
        ("normalization", normalization), ("slopes", PReLU(channels: 3)),
      ]))
    let plan = try Self.plan(50)
    let tape = Tape(.training)
    let input = try SparseTensor(
      Tensor(rows: plan.sites.count, channels: Self.channels), plan: plan, tape: tape)
    #expect(throws: LayerError.self) { try block(input) }
    tape.applyUpdates()
    #expect(normalization.runningVariance.value.array.allSatisfy { $0 == 1 })
    #expect(tape.compute.arena.inner.usedBytes == 0)
  }
}
