import Autodiff
import Layers
import Reference
import Sites
import TestSites

/// A layer that treats positions on the first axis apart: production's and the oracle's.
struct PartedProblem: LayerProblem {
  enum Operator: CaseIterable, Sendable {
    case bias, alike, own, alikeRectified, ownRectified, residualAlike, residualOwn
  }

  let layer: Operator
  let inputSites: [[Int]]
  let inputChannels = 4

  static let spatialSize = [3, 9, 8]
  static let leak = 0.25
  static let epsilon = 1e-3

  var description: String { "\(layer) on \(inputSites.count) sites" }

  init(_ layer: Operator, count: Int) {
    self.layer = layer
    var random = SplitMix(seed: UInt64(count))
    // Events in the middle and at the end are empty.
    let sites = randomSites(
      count, events: [0, 2], spatialSize: Self.spatialSize, random: &random)
    // And so is a part in one of the events.
    inputSites = sites.filter { $0[0] != 2 || $0[1] != 1 }
  }

  static func all(counts: [Int]) -> [PartedProblem] {
    Operator.allCases.flatMap { layer in counts.map { PartedProblem(layer, count: $0) } }
  }

  func plan() throws -> Plan {
    Plan(try siteSet(inputSites, batchSize: 4, spatialSize: Self.spatialSize))
  }

  func production() -> any Layer<SparseTensor> {
    switch layer {
    case .bias: PartBias(channels: inputChannels, parts: 3)
    case .residualAlike, .residualOwn: Residual(normalization: normalization(leak: 1))
    case .alike, .own: normalization(leak: 1)
    case .alikeRectified, .ownRectified: normalization(leak: Float(Self.leak))
    }
  }

  private func normalization(leak: Float) -> BatchNormalization {
    let isOwn = [.own, .ownRectified, .residualOwn].contains(layer)
    return BatchNormalization(
      channels: inputChannels, epsilon: Self.epsilon, leak: leak, parts: isOwn ? .own(3) : .alike)
  }

  func reference(_ input: [[Double]], _ parameters: [[Double]]) -> [[Double]] {
    func own(_ number: Int, _ part: Int) -> [Double] {
      valuesOfPart(part, parameters[number], channels: inputChannels)
    }
    let isRectified = [.alikeRectified, .ownRectified].contains(layer)
    let mapped = inParts(input, inputSites.map { $0[1] }, count: 3) { part, rows in
      guard layer != .bias else {
        return rows.map { zip($0, own(0, part)).map { $0 + $1 } }
      }
      return batchNormalizationTraining(
        rows, scale: own(0, part), shift: own(1, part), epsilon: Self.epsilon,
        leak: isRectified ? Self.leak : 1
      ).features
    }
    guard [.residualAlike, .residualOwn].contains(layer) else { return mapped }
    return Reference.leakyReLU(add(mapped, input), leak: Self.leak)
  }

  /// A normalisation whose input is added again.
  private struct Residual: Layer {
    let normalization: BatchNormalization

    var parts: [(name: String, part: any Module)] { [("normalization", normalization)] }

    func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
      try normalization(input, adding: input, leak: Float(PartedProblem.leak))
    }
  }
}
