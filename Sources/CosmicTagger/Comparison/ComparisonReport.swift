import Foundation
import Telemetry

/// The figures of a comparison, as JSON and as tables.
struct ComparisonReport: Encodable {
  var difference = NetworkDifference()
  var modes: [ComparedMode.Figures] = []

  /// Of masked dense from sparse, relative to the largest value.
  var maxLogitDifference: Double { difference.logits }
  var maxGradientDifference: Double { difference.gradient }

  private enum CodingKeys: String, CodingKey {
    case maxLogitDifference, maxGradientDifference, layers, gradients, modes
  }

  private struct Difference: Encodable {
    let name: String
    let maxDifference: Double
    let largestValue: Double
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(maxLogitDifference, forKey: .maxLogitDifference)
    try container.encode(maxGradientDifference, forKey: .maxGradientDifference)
    try container.encode(difference.layers.map(Self.difference), forKey: .layers)
    try container.encode(difference.gradients.map(Self.difference), forKey: .gradients)
    try container.encode(modes, forKey: .modes)
  }

  private static func difference(_ row: NetworkDifference.Row) -> Difference {
    Difference(name: row.name, maxDifference: row.difference, largestValue: row.largest)
  }

  /// The results of each layer.
  var layerTable: MetricsTable { table("layer", difference.layers) }

  /// The gradients of each layer's parameters.
  var gradientTable: MetricsTable { table("gradients of", difference.gradients) }

  private func table(_ name: String, _ rows: [NetworkDifference.Row]) -> MetricsTable {
    var table = MetricsTable(headers: [name, "largest value", "masked - sparse", "relative"])
    for row in rows {
      table.append([
        .text(row.name), .text(scientific(row.largest)), .text(scientific(row.difference)),
        .text(scientific(row.relative)),
      ])
    }
    return table
  }

  /// The modes side by side.
  var modeTable: MetricsTable {
    var table = MetricsTable(headers: [
      "mode", "accuracy", "non-bkg acc.", "neutrino acc.", "cosmic IoU", "neutrino IoU",
      "step s", "inference s", "arena MiB", "resident MiB",
    ])
    for mode in modes {
      table.append([
        .text(mode.mode), .number(mode.accuracy, decimals: 5),
        .number(mode.nonBackgroundAccuracy, decimals: 4),
        .number(mode.neutrinoAccuracy, decimals: 4), .number(mode.cosmicIou, decimals: 4),
        .number(mode.neutrinoIou, decimals: 4), .number(mode.trainStepSeconds, decimals: 3),
        .number(mode.inferenceSeconds, decimals: 3), .count(mode.arenaBytes >> 20),
        .count(mode.peakResidentBytes >> 20),
      ])
    }
    return table
  }
}

/// A number as differences are read: one digit, two decimals, the power of ten.
func scientific(_ value: Double) -> String { String(format: "%.2e", value) }
