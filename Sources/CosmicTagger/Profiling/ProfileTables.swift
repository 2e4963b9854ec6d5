import Foundation
import Sites
import Telemetry

/// A profile as text for a terminal.
struct ProfileTables {
  private let report: ProfileReport

  init(_ report: ProfileReport) {
    self.report = report
  }

  /// The machine, the layers, where a step's time goes, rulebooks and memory.
  ///
  /// - Parameter top: so many layers, slowest first, instead of all in the network's order.
  func lines(top: Int?) -> [String] {
    let layers =
      top.map {
        table(of: report.layers.sorted { $0.seconds > $1.seconds }.prefix($0)) { $0.name }
      } ?? groupedLayers
    return [head, "", layers, "", step, "", rulebooks, "", backends, "", memory]
  }

  private var head: String {
    String(
      format: "Peak of %@: %.0f GFLOP/s of multiply-add in %@, %.1f GB/s of memory; kernels: %@",
      report.threads == 1 ? "1 thread" : "\(report.threads) threads", report.peakGflops,
      report.precision,
      report.bandwidthGigabytesPerSecond, report.instructionSet)
  }

  /// All layers, those of one level and direction or part of the bottom under a line with their sums.
  private var groupedLayers: String {
    var table = MetricsTable(headers: Self.layerHeaders)
    var rest = report.layers[...]
    while let first = rest.first {
      let group = Self.group(first)
      let members = rest.prefix { Self.group($0) == group }
      rest = rest.dropFirst(members.count)
      if members.count > 1 {
        table.append(sums(of: Array(members), named: group))
        for layer in members {
          let name = layer.path.dropFirst(group.split(separator: ".").count)
            .joined(separator: ".")
          table.append(row(layer, named: "  " + name))
        }
      } else {
        table.append(row(first, named: first.name))
      }
    }
    return table.description
  }

  private static func group(_ layer: LayerFigures) -> String {
    let path = layer.path
    let hasParts = path.first.map { $0.hasPrefix("level") || $0 == "deepest" } ?? false
    return path.prefix(hasParts ? 2 : 1).joined(separator: ".")
  }

  private static let layerHeaders = [
    "layer", "sites", "pairs", "M mult.", "MB", "fwd ms", "bwd ms", "GF/s", "bound", "algorithm",
  ]

  private func table(
    of layers: some Sequence<LayerFigures>, named name: (LayerFigures) -> String
  ) -> String {
    var table = MetricsTable(headers: Self.layerHeaders)
    for layer in layers {
      table.append(row(layer, named: name(layer)))
    }
    return table.description
  }

  private func row(_ layer: LayerFigures, named name: String) -> [MetricsTable.Cell] {
    let isNamed = !name.allSatisfy { $0 == " " }
    let suffix = layer.isBetweenLayers ? (isNamed ? ", " : "") + layer.layer : ""
    return [
      .text(name + suffix), .count(layer.sites),
      layer.isConvolution ? .count(layer.pairs) : .text(""),
      layer.isConvolution ? .number(Double(layer.multiplyAdds) / 1e6, decimals: 1) : .text(""),
      .number(Double(layer.bytes) / 1e6, decimals: 1),
      .number(layer.forwardSeconds * 1e3, decimals: 2),
      .number(layer.backwardSeconds * 1e3, decimals: 2),
      layer.isConvolution ? .number(layer.gflops, decimals: 1) : .text(""),
      .text(percent(layer.shareOfBound)), .text(layer.algorithm),
    ]
  }

  private func sums(of layers: [LayerFigures], named name: String) -> [MetricsTable.Cell] {
    let seconds = layers.reduce(0) { $0 + $1.seconds }
    let flops = layers.reduce(0) { $0 + $1.gflops * $1.seconds }
    let bound = layers.reduce(0) { $0 + $1.boundSeconds }
    return [
      .text(name), .text(""), .text(""),
      .number(layers.reduce(0) { $0 + Double($1.multiplyAdds) } / 1e6, decimals: 1),
      .number(layers.reduce(0) { $0 + Double($1.bytes) } / 1e6, decimals: 1),
      .number(layers.reduce(0) { $0 + $1.forwardSeconds } * 1e3, decimals: 2),
      .number(layers.reduce(0) { $0 + $1.backwardSeconds } * 1e3, decimals: 2),
      .number(seconds > 0 ? flops / seconds : 0, decimals: 1),
      .text(percent(seconds > 0 ? bound / seconds : 0)),
    ]
  }

  /// Where the time of a step goes, in two ways: by what computes, and by phase.
  private var step: String {
    var table = MetricsTable(headers: ["training step", "ms", "of the step"])
    func add(_ name: String, _ seconds: Double) {
      table.append([
        .text(name), .number(seconds * 1e3, decimals: 3),
        .text(percent(report.trainStepSeconds > 0 ? seconds / report.trainStepSeconds : 0)),
      ])
    }
    let loss =
      report.nonConvolutionSeconds - report.otherLayerSeconds
      - report.optimizerSeconds - report.exposedPlanningSeconds
    add("convolutions", report.convolutionSeconds)
    add("other layers", report.otherLayerSeconds)
    add("optimizer", report.optimizerSeconds)
    add("exposed planning", report.exposedPlanningSeconds)
    add("loss, metrics, the rest", max(0, loss))
    add("all", report.trainStepSeconds)
    add("  forward", report.forwardSeconds)
    add("  backward", report.backwardSeconds)
    add("  not convolutions", report.nonConvolutionSeconds)
    add("inference", report.inferenceSeconds)
    add("planning, ahead", report.planningSeconds)
    return table.description
  }

  private var rulebooks: String {
    var table = MetricsTable(headers: [
      "level", "rulebook", "sites", "occupied", "pairs", "per offset", "backend", "ns/site",
      "hidden ms",
      "exposed ms",
    ])
    for rulebook in report.rulebooks {
      let offsets = max(1, rulebook.pairsPerOffset.count)
      table.append([
        .count(rulebook.level), .text(rulebook.name), .count(rulebook.sites),
        .text(String(format: "%6.2f %%", 100 * rulebook.occupancy)), .count(rulebook.pairs),
        .count(rulebook.pairs / offsets), .text(rulebook.backend),
        .number(rulebook.seconds * 1e9 / Double(max(1, rulebook.sites)), decimals: 1),
        .number(rulebook.hiddenSeconds * 1e3, decimals: 3),
        .number(rulebook.exposedSeconds * 1e3, decimals: 3),
      ])
    }
    return table.description
  }

  /// Nanoseconds a site of every backend.
  private var backends: String {
    var table = MetricsTable(
      headers: ["level", "ns/site, alone", "sites"] + SiteIndexKind.allCases.map(\.rawValue))
    for rulebook in report.rulebooks {
      table.append(
        [.count(rulebook.level), .text(rulebook.name), .count(rulebook.sites)]
          + SiteIndexKind.allCases.map {
            .number(rulebook.nanosecondsPerSite[$0.rawValue] ?? .nan, decimals: 1)
          })
    }
    return table.description
  }

  private var memory: String {
    String(
      format: "Memory: %d MiB resident at most; a step takes %d MiB of the arena, %.0f bytes a site"
        + "\nSystem allocations a step after warm-up: %g", report.peakResidentBytes >> 20,
      report.arenaHighWaterBytes >> 20, report.bytesPerSite, report.allocationsPerStep)
  }

  private func percent(_ share: Double) -> String { String(format: "%3.0f %%", 100 * share) }
}
