import Layers
import Reference
import Sites
import Tensors
import TestSites

/// A layer without neighbours on random sites: production's and the oracle's.
struct RowwiseProblem: LayerProblem {
  enum Operator: CaseIterable, Sendable {
    case relu, leakyReLU, learnedSlopes, learnedSlope, elu, celu, selu, tanh, sigmoid, softplus
    case silu, gelu
    case linear, batch, batchRectified
    case groups, groupsRectified, instances, instancesRectified, sites
    case identity, sumOfBranches, joinedBranches
  }

  let layer: Operator
  let inputSites: [[Int]]
  let events: [Int]

  static let spatialSize = [24, 20]
  static let leak = 0.25

  var description: String { "\(layer) on \(inputSites.count) sites in \(events)" }
  var inputChannels: Int { 6 }
  /// Whether rounding is not magnified by few values of a group, or by a steep function.
  private var isExact: Bool { [.linear, .batch, .batchRectified].contains(layer) }
  var spread: Double { isExact ? 1 : 2 }
  var outputTolerance: Double { isExact ? 1e-6 : 2e-6 }
  var gradientTolerance: Double { isExact ? 2e-6 : 5e-6 }
  var epsilon: Double { isExact ? 1e-3 : 1e-2 }

  init(_ layer: Operator, count: Int, events: [Int]) {
    self.layer = layer
    self.events = events
    var random = SplitMix(seed: UInt64(count))
    inputSites = randomSites(count, events: events, spatialSize: Self.spatialSize, random: &random)
  }

  /// Every layer on none, one and more sites, with an empty event in the middle, at the beginning
  /// and at the end.
  static func all(counts: [Int]) -> [RowwiseProblem] {
    Operator.allCases.flatMap { layer in
      counts.flatMap { count in
        [[0, 2, 3], [1, 2, 3], [0, 1, 2]].map {
          RowwiseProblem(layer, count: count, events: $0)
        }
      }
    }
  }

  func plan() throws -> Plan {
    Plan(try siteSet(inputSites, batchSize: 4, spatialSize: Self.spatialSize))
  }

  /// The production layer.
  func production() -> any Layer<SparseTensor> {
    let (channels, leak) = (inputChannels, Float(Self.leak))
    var random = RandomStream(seed: 1, stream: 0)
    let slopes = PReLU(channels: channels)
    return switch layer {
    case .relu: ReLU()
    case .leakyReLU: LeakyReLU(leak: leak)
    case .learnedSlopes: slopes
    case .learnedSlope: PReLU()
    case .elu: ELU(alpha: 0.7)
    case .celu: CELU(alpha: 0.7)
    case .selu: SELU()
    case .tanh: Tanh()
    case .sigmoid: Sigmoid()
    case .softplus: Softplus(beta: 3, threshold: 2)
    case .silu: SiLU()
    case .gelu: GELU()
    case .linear:
      NetworkInNetwork(inputChannels: channels, outputChannels: 4, random: &random)
    case .batch: BatchNormalization(channels: channels, epsilon: epsilon)
    case .batchRectified:
      BatchNormalization(channels: channels, epsilon: epsilon, leak: leak)
    case .groups: GroupNormalization(channels: channels, groups: 3, epsilon: epsilon)
    case .groupsRectified:
      GroupNormalization(channels: channels, groups: 2, epsilon: epsilon, leak: leak)
    case .instances: InstanceNormalization(channels: channels, epsilon: epsilon)
    case .instancesRectified:
      InstanceNormalization(channels: channels, epsilon: epsilon, leak: leak)
    case .sites: LayerNormalization(channels: channels, epsilon: epsilon)
    case .identity: Identity()
    case .sumOfBranches: ConcatTable([("skip", Identity()), ("branch", slopes)], then: .add)
    case .joinedBranches: ConcatTable([("branch", slopes), ("skip", Identity())], then: .join)
    }
  }

  /// The oracle's result for the layer's parameters, in their order.
  func reference(_ input: [[Double]], _ parameters: [[Double]]) -> [[Double]] {
    switch layer {
    case .linear:
      networkInNetwork(
        input, weights: shaped(parameters[0], channels: 4), bias: parameters[1])
    case .batch, .batchRectified:
      batchNormalizationTraining(
        input, scale: parameters[0], shift: parameters[1], epsilon: epsilon,
        leak: layer == .batch ? 1 : Self.leak
      ).features
    case .groups: normalized(input, groups: 3, parameters)
    case .groupsRectified: normalized(input, groups: 2, parameters, leak: Self.leak)
    case .instances: normalized(input, groups: inputChannels, parameters)
    case .instancesRectified: normalized(input, groups: inputChannels, parameters, leak: Self.leak)
    case .sites:
      layerNormalization(input, scale: parameters[0], shift: parameters[1], epsilon: epsilon)
    case .learnedSlopes, .learnedSlope: learnedRectifier(input, slopes: parameters[0])
    case .identity: input
    case .sumOfBranches: add(input, learnedRectifier(input, slopes: parameters[0]))
    case .joinedBranches: join(learnedRectifier(input, slopes: parameters[0]), input)
    default: activated(input)
    }
  }

  private func normalized(
    _ input: [[Double]], groups: Int, _ parameters: [[Double]], leak: Double = 1
  ) -> [[Double]] {
    groupNormalization(
      input, sites: inputSites, groups: groups, scale: parameters[0], shift: parameters[1],
      epsilon: epsilon, leak: leak)
  }

  private func activated(_ input: [[Double]]) -> [[Double]] {
    func each(_ function: (Double) -> Double) -> [[Double]] { input.map { $0.map(function) } }
    return switch layer {
    case .relu: Reference.leakyReLU(input, leak: 0)
    case .leakyReLU: Reference.leakyReLU(input, leak: Self.leak)
    // The settings are Float in production.
    case .elu: each { ActivationFunction.elu($0, alpha: Double(Float(0.7))) }
    case .celu: each { ActivationFunction.celu($0, alpha: Double(Float(0.7))) }
    case .selu: each(ActivationFunction.selu)
    case .tanh: hyperbolicTangent(input)
    case .sigmoid: Reference.sigmoid(input)
    case .softplus: each { ActivationFunction.softplus($0, beta: 3, threshold: 2) }
    case .silu: each(ActivationFunction.silu)
    case .gelu: each(ActivationFunction.gelu)
    default: input
    }
  }
}
