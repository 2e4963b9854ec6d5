import Autodiff
import Layers
import Reference
import Sites
import Tensors

/// Random sites and a layer of either kind on them: production's and the oracle's.
struct OracleProblem: CustomStringConvertible, Sendable {
  enum Operator: CaseIterable, Sendable {
    case submanifold
    case convolution
    case deconvolution
    case linear
    case normalization
    case maxPooling
    case averagePooling
    case unPooling
  }

  let layer: Operator
  let dimension: Int
  let count: Int
  /// Events of a batch of four that have sites.
  let events: [Int]

  var description: String { "\(layer) in \(dimension) dimensions, \(count) sites in \(events)" }

  static func all(counts: [Int]) -> [OracleProblem] {
    Operator.allCases.flatMap { layer in
      (1...4).flatMap { dimension in
        counts.flatMap { count in
          // An empty event in the middle and at the end; then at the beginning.
          [[0, 2], [1, 2, 3]].map {
            OracleProblem(layer: layer, dimension: dimension, count: count, events: $0)
          }
        }
      }
    }
  }

  static let inputChannels = 3
  static let outputChannels = 2
  static let epsilon = 1e-3
  static let leak = 0.25

  var spatialSize: [Int] { Array([8, 6, 4, 6].prefix(dimension)) }
  var filterSize: [Int] {
    layer == .submanifold
      ? Array([3, 3, 1, 2].prefix(dimension)) : Array([2, 2, 2, 2].prefix(dimension))
  }
  var stride: [Int] { Array([2, 2, 1, 2].prefix(dimension)) }
  var volume: Int { layer == .linear ? 1 : filterSize.reduce(1, *) }
  var isInverse: Bool { layer == .deconvolution || layer == .unPooling }

  /// Fine sites, sorted.
  let fine: [[Int]]

  init(layer: Operator, dimension: Int, count: Int, events: [Int]) {
    self.layer = layer
    self.dimension = dimension
    self.count = count
    self.events = events
    var random = SplitMix(seed: UInt64(count * 10 + dimension))
    fine = randomSites(
      count, events: events, spatialSize: Array([8, 6, 4, 6].prefix(dimension)), random: &random)
  }

  /// The sites a strided operator makes.
  var coarse: [[Int]] {
    convolutionSites(
      of: fine, filterSize: filterSize, stride: stride, spatialSize: spatialSize)
  }
  var inputSites: [[Int]] { isInverse ? coarse : fine }
  var hasWeight: Bool {
    [.submanifold, .convolution, .deconvolution, .linear].contains(layer)
  }
  var weightCount: Int {
    switch layer {
    case .normalization: Self.inputChannels
    case _ where hasWeight: volume * Self.inputChannels * Self.outputChannels
    default: 0
    }
  }
  var biasCount: Int {
    switch layer {
    case .normalization: Self.inputChannels
    case _ where hasWeight: Self.outputChannels
    default: 0
    }
  }

  /// The oracle's result; weight and bias are scale and shift of a normalisation.
  func reference(_ input: [[Double]], weight: [Double], bias: [Double]) -> [[Double]] {
    let weights =
      hasWeight
      ? shapedWeights(
        weight, offsets: volume, inputChannels: Self.inputChannels,
        outputChannels: Self.outputChannels) : []
    switch layer {
    case .submanifold:
      return submanifoldConvolution(
        input, sites: fine, filterSize: filterSize, weights: weights, bias: bias)
    case .convolution:
      return Reference.convolution(
        input, sites: fine, outputSites: coarse, filterSize: filterSize, stride: stride,
        weights: weights, bias: bias)
    case .deconvolution:
      return Reference.deconvolution(
        input, sites: coarse, fineSites: fine, filterSize: filterSize, stride: stride,
        weights: weights, bias: bias)
    case .linear: return networkInNetwork(input, weights: weights[0], bias: bias)
    case .normalization:
      return batchNormalizationTraining(
        input, scale: weight, shift: bias, epsilon: Self.epsilon, leak: Self.leak
      ).features
    case .maxPooling:
      return Reference.maxPooling(
        input, sites: fine, outputSites: coarse, filterSize: filterSize, stride: stride)
    case .averagePooling:
      return Reference.averagePooling(
        input, sites: fine, outputSites: coarse, filterSize: filterSize, stride: stride)
    case .unPooling:
      return Reference.unPooling(
        input, sites: coarse, fineSites: fine, filterSize: filterSize, stride: stride)
    }
  }

  /// The production layer.
  func production() -> any Layer<SparseTensor> {
    var random = RandomStream(seed: 1, stream: 0)
    let (input, output) = (Self.inputChannels, Self.outputChannels)
    switch layer {
    case .submanifold:
      return SubmanifoldConvolution(
        inputChannels: input, outputChannels: output, filterSize: filterSize, random: &random)
    case .convolution:
      return Convolution(
        inputChannels: input, outputChannels: output, filterSize: filterSize,
        filterStride: stride, random: &random)
    case .deconvolution:
      return Deconvolution(
        inputChannels: input, outputChannels: output, filterSize: filterSize,
        filterStride: stride, random: &random)
    case .linear:
      return NetworkInNetwork(inputChannels: input, outputChannels: output, random: &random)
    case .normalization:
      return BatchNormalization(
        channels: input, epsilon: Self.epsilon, leak: Float(Self.leak))
    case .maxPooling: return MaxPooling(poolSize: filterSize, poolStride: stride)
    case .averagePooling: return AveragePooling(poolSize: filterSize, poolStride: stride)
    case .unPooling: return UnPooling(poolSize: filterSize, poolStride: stride)
    }
  }

  /// A production plan on the input's sites.
  func plan() throws -> Plan {
    let fineSet = try siteSet(fine, batchSize: 4, spatialSize: spatialSize)
    guard isInverse else { return Plan(fineSet) }
    let down = try Rulebook.strided(fineSet, FilterGeometry(size: filterSize, stride: stride))
    let plan = Plan(down.outputSites)
    _ = try plan.strided(fineSet, FilterGeometry(size: filterSize, stride: stride))
    return plan
  }
}
