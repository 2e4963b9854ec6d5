import Autodiff
import Layers
import Reference
import Tensors

@testable import DenseLayers

/// A layer that leaves the size of full images as it is: production's and the oracle's.
struct PixelProblem: DenseProblem {
  enum Operator: CaseIterable, Sendable {
    case linear, linearWithoutBias, activation, planeBias
    case together, alike, own, togetherRectified, alikeRectified, ownRectified
    case residualTogether, residualAlike, residualOwn, sum, joined
  }

  /// Which pixels count.
  enum Counting: Sendable {
    case all, some, one, none
  }

  let layerOperator: Operator
  let input: Extents
  let counting: Counting
  let channels = 4

  static let leak = 0.25
  static let epsilon = 1e-3

  var description: String { "\(layerOperator), \(input), \(counting) count" }

  /// All layers on no event, a pixel for each plane, and more, of which all, some, one or none count.
  static let all: [PixelProblem] = Operator.allCases.flatMap { layer in
    let extents = [Extents(0, [3, 2, 2]), Extents(1, [3, 1, 1]), Extents(2, [3, 3, 5])]
    let full = extents.map { PixelProblem(layerOperator: layer, input: $0, counting: .all) }
    let masked = [Counting.some, .one, .none].map {
      PixelProblem(layerOperator: layer, input: Extents(2, [3, 3, 5]), counting: $0)
    }
    return full + masked
  }

  var counts: [Bool]? {
    switch counting {
    case .all: nil
    // The last plane has none.
    case .some: zip(randomCounts(input, seed: 5), input.planes).map { $0 && $1 != 2 }
    case .one: (0..<input.pixels).map { $0 == 17 }
    case .none: [Bool](repeating: false, count: input.pixels)
    }
  }

  private var parts: BatchNormalization.Parts {
    switch layerOperator {
    case .alike, .alikeRectified, .residualAlike: .alike
    case .own, .ownRectified, .residualOwn: .own(3)
    default: .none
    }
  }

  private var isRectified: Bool {
    [.togetherRectified, .alikeRectified, .ownRectified].contains(layerOperator)
  }

  private func normalization() -> PixelNormalization {
    PixelNormalization(
      normalization: BatchNormalization(
        channels: channels, epsilon: Self.epsilon, leak: isRectified ? Float(Self.leak) : 1,
        parts: parts))
  }

  private func linear(bias: Bool = true) -> PixelLinear {
    DenseLayerFactory(random: RandomStream(seed: 1, stream: 0)).linear(
      channels, channels, bias: bias)
  }

  func layer() -> any Layer<DenseImages> {
    switch layerOperator {
    case .linear: return linear()
    case .linearWithoutBias: return linear(bias: false)
    case .activation: return PixelActivation(activation: LeakyReLU(leak: Float(Self.leak)))
    case .planeBias: return PlaneBias(bias: PartBias(channels: channels, parts: 3))
    case .sum: return Branches(linear: linear(), normalization: nil) { try $0.adding($1) }
    case .joined: return Branches(linear: linear(), normalization: nil) { try $0.joining($1) }
    case .residualTogether, .residualAlike, .residualOwn:
      let normalization = normalization()
      return Branches(linear: linear(), normalization: normalization) {
        try normalization($0, adding: $1, leak: Float(Self.leak))
      }
    default: return normalization()
    }
  }

  func reference(_ input: DenseImage, _ parameters: [[Double]]) -> DenseImage {
    let rows = self.input.production(input.rows)
    let counts = counts ?? rows.map { _ in true }
    let chosen = rows.indices.filter { counts[$0] }
    let planes = self.input.planes
    let mapped = mapped(chosen.map { rows[$0] }, planes: chosen.map { planes[$0] }, parameters)
    let width = layerOperator == .joined ? 2 * channels : channels
    var output = [[Double]](repeating: [Double](repeating: 0, count: width), count: rows.count)
    for (place, row) in zip(chosen, mapped) { output[place] = row }
    return DenseImage(
      events: input.events, spatialSize: input.spatialSize, channels: width,
      values: Array(self.input.oracle(output).joined()))
  }

  /// The oracle's result for pixels that count, with the plane of each.
  private func mapped(
    _ rows: [[Double]], planes: [Int], _ parameters: [[Double]]
  ) -> [[Double]] {
    func linear() -> [[Double]] {
      networkInNetwork(
        rows, weights: shaped(parameters[0], channels: channels),
        bias: parameters.count > 1 ? parameters[1] : nil)
    }
    func normalized(_ rows: [[Double]], _ parameters: [[Double]], leak: Double) -> [[Double]] {
      inParts(rows, parts == .none ? planes.map { _ in 0 } : planes, count: 3) { part, rows in
        batchNormalizationTraining(
          rows, scale: valuesOfPart(part, parameters[0], channels: channels),
          shift: valuesOfPart(part, parameters[1], channels: channels), epsilon: Self.epsilon,
          leak: leak
        ).features
      }
    }
    switch layerOperator {
    case .linear, .linearWithoutBias: return linear()
    case .activation: return Reference.leakyReLU(rows, leak: Self.leak)
    case .planeBias:
      return inParts(rows, planes, count: 3) { part, rows in
        rows.map { zip($0, valuesOfPart(part, parameters[0], channels: channels)).map { $0 + $1 } }
      }
    case .sum: return add(linear(), rows)
    case .joined: return join(linear(), rows)
    case .residualTogether, .residualAlike, .residualOwn:
      let sum = add(normalized(linear(), Array(parameters.dropFirst(2)), leak: 1), rows)
      return Reference.leakyReLU(sum, leak: Self.leak)
    default: return normalized(rows, parameters, leak: isRectified ? Self.leak : 1)
    }
  }
}

/// A linear map beside its input, and what becomes of both.
private struct Branches: Layer {
  let linear: PixelLinear
  let normalization: PixelNormalization?
  let end: (_ branch: DenseImages, _ input: DenseImages) throws -> DenseImages

  var parts: [(name: String, part: any Module)] {
    [("linear", linear)] + (normalization.map { [("normalization", $0)] } ?? [])
  }

  func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    try end(linear(input), input)
  }
}
