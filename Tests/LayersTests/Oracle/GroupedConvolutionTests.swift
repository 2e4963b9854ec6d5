import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves convolutions whose channels form groups against the oracle with block-diagonal weights.
@Suite("Grouped convolutions")
struct GroupedConvolutionTests {
  /// Kinds of layers that have groups.
  enum Kind: CaseIterable, Sendable {
    case submanifold
    case strided
    case inverse
    case full
  }

  /// Channels and groups; the second is depthwise.
  static let channels: [(input: Int, output: Int, groups: Int)] = [(4, 2, 2), (3, 3, 3)]
  static let spatialSize = [6, 4]
  static let size = [2, 2]

  /// A layer, its sites, and what the oracle makes of them.
  struct Problem: LayerProblem {
    let kind: Kind
    let channels: (input: Int, output: Int, groups: Int)
    let fine: [[Int]]
    let coarse: [[Int]]
    let grown: [[Int]]

    init(_ kind: Kind, _ channels: (input: Int, output: Int, groups: Int), count: Int) {
      self.kind = kind
      self.channels = channels
      var random = SplitMix(seed: UInt64(count) + 3)
      fine = randomSites(count, events: [0, 2], spatialSize: spatialSize, random: &random)
      coarse = convolutionSites(of: fine, filterSize: size, stride: size, spatialSize: spatialSize)
      grown = fullConvolutionSites(of: fine, filterSize: size, stride: size)
    }

    var inputSites: [[Int]] { kind == .inverse ? coarse : fine }

    var inputChannels: Int { channels.input }
    var description: String { "\(kind) of \(channels) on \(fine.count) sites" }

    func production() -> any Layer<SparseTensor> {
      var random = RandomStream(seed: 1, stream: 0)
      let (input, output, groups) = channels
      switch kind {
      case .submanifold:
        return SubmanifoldConvolution(
          inputChannels: input, outputChannels: output, filterSize: [3, 3], groups: groups,
          random: &random)
      case .strided:
        return Convolution(
          inputChannels: input, outputChannels: output, filterSize: size, filterStride: size,
          groups: groups, random: &random)
      case .inverse:
        return Deconvolution(
          inputChannels: input, outputChannels: output, filterSize: size, filterStride: size,
          groups: groups, random: &random)
      case .full:
        return FullConvolution(
          inputChannels: input, outputChannels: output, filterSize: size, filterStride: size,
          groups: groups, random: &random)
      }
    }

    func plan() throws -> Plan {
      let set = try siteSet(fine, batchSize: 4, spatialSize: spatialSize)
      guard kind == .inverse else { return Plan(set) }
      let geometry = FilterGeometry(size: size, stride: size)
      let plan = Plan(try Rulebook.strided(set, geometry).outputSites)
      _ = try plan.strided(set, geometry)
      return plan
    }

    func reference(_ input: [[Double]], _ parameters: [[Double]]) -> [[Double]] {
      let weights = blockDiagonalWeights(
        parameters[0], offsets: kind == .submanifold ? 9 : 4, groups: channels.groups,
        inputChannels: channels.input, outputChannels: channels.output)
      switch kind {
      case .submanifold:
        return submanifoldConvolution(
          input, sites: fine, filterSize: [3, 3], weights: weights, bias: parameters[1])
      case .strided:
        return Reference.convolution(
          input, sites: fine, outputSites: coarse, filterSize: size, stride: size,
          weights: weights, bias: parameters[1])
      case .inverse, .full:
        return Reference.deconvolution(
          input, sites: inputSites, fineSites: kind == .full ? grown : fine, filterSize: size,
          stride: size, weights: weights, bias: parameters[1])
      }
    }
  }

  @Test("outputs and all gradients", arguments: Kind.allCases, [0, 1, 4, 20])
  func agreement(kind: Kind, count: Int) throws {
    for channels in Self.channels {
      let problem = Problem(kind, channels, count: count)
      let outcome = try LayerOutcome(problem)
      let forward = outcome.comparison()
      #expect(forward.scaledError < 1e-6, "\(problem): \(forward)")
      let errors = outcome.check.errors()
      #expect(errors.count == 3)
      #expect(errors.allSatisfy { $0 < 2e-6 }, "\(problem): \(errors)")
    }
  }

  @Test("weights have a matrix for each group, and the description says so")
  func shape() {
    var random = RandomStream(seed: 1, stream: 0)
    let layer = SubmanifoldConvolution(
      inputChannels: 8, outputChannels: 4, filterSize: [3, 3], groups: 2, random: &random)
    #expect(layer.weight.shape == [9, 2, 4, 2])
    #expect(layer.description == "SubmanifoldConvolution 8→4 3×3, 2 groups")
  }

  @Test(
    "groups that do not divide the channels, and no channels at all, are refused when applied",
    arguments: [(3, 4, 2), (4, 3, 2), (4, 4, 0), (4, 4, -1), (0, 4, 1), (4, 0, 1), (-2, 4, 1)])
  func refusals(inputs: Int, outputs: Int, groups: Int) throws {
    var random = RandomStream(seed: 1, stream: 0)
    let layer = SubmanifoldConvolution(
      inputChannels: inputs, outputChannels: outputs, filterSize: [3, 3], groups: groups,
      random: &random)
    let plan = Plan(try siteSet([[0, 1, 1]], batchSize: 1, spatialSize: [4, 4]))
    let input = SparseTensor(planning: plan, channels: max(0, inputs))
    #expect(
      throws: inputs > 0 && outputs > 0
        ? LayerError.groups(
          layer: layer.description, groups: groups, channels: inputs == 3 ? inputs : outputs)
        : .noChannels(layer: layer.description)
    ) { try layer(input) }
  }
}
