import CosmicTagger
import Telemetry
import Tensors

/// Networks as rows: times, and memory.
struct NetworkTable: CustomStringConvertible {
  private var table: MetricsTable

  /// An empty table, with columns for what makes the rows differ.
  init(columns: [String]) {
    table = MetricsTable(
      headers: columns + [
        "sites", "train ms", "infer ms", "plan ms", "exposed", "train µs/site", "not conv.",
        "GF/s", "resident MiB", "B/site",
      ])
  }

  /// Adds what was measured of a network.
  mutating func append(_ cells: [MetricsTable.Cell], _ network: NetworkMeasurement) {
    let sites = Double(max(1, network.sites))
    let step = network.trainStepSeconds
    table.append(
      cells + [
        .count(network.sites), .number(step * 1e3, decimals: 2),
        .number(network.inferenceSeconds * 1e3, decimals: 2),
        .number(network.planningSeconds * 1e3, decimals: 2),
        .number(network.exposedPlanningSeconds * 1e3, decimals: 2),
        .number(step * 1e6 / sites, decimals: 3),
        .text(step > 0 ? "\(Int(100 * network.nonConvolutionSeconds / step + 0.5)) %" : "-"),
        .number(6e-9 * Double(network.multiplyAdds) / step, decimals: 1),
        .count(network.memory.peakResidentBytes >> 20),
        .count(Int(Double(network.memory.peakResidentBytes) / sites)),
      ])
  }

  var description: String { table.description }
}

extension BenchmarkReport {
  /// Notes a network's training step, inference and planning.
  mutating func append(_ network: NetworkMeasurement, named name: String, threads: Int) {
    if !peaks.contains(where: { $0.threads == threads }) {
      peaks.append(
        Peak(
          threads: threads, precision: Precision.float32.rawValue,
          gigaflops: network.peaks.gigaflops,
          gigabytesPerSecond: network.peaks.gigabytesPerSecond))
    }
    func add(_ pass: String, _ median: Double, _ best: Double, _ multiplyAdds: Int) {
      let memory = network.memory
      entries.append(
        Entry(
          name: "\(name)/\(pass)/\(named(threads: threads))", threads: threads,
          sites: network.sites, pairs: network.pairs, multiplyAdds: multiplyAdds,
          bytes: network.bytes, medianSeconds: median, bestSeconds: best,
          shareOfPeak: median > 0
            ? 2e-9 * Double(multiplyAdds) / median / network.peaks.gigaflops : nil,
          details: [
            "exposed_planning_seconds": network.exposedPlanningSeconds,
            "non_convolution_seconds": network.nonConvolutionSeconds,
            "arena_bytes": Double(memory.arenaBytes),
            "peak_resident_bytes": Double(memory.peakResidentBytes),
            "allocations_per_step": network.allocationsPerStep,
          ]))
    }
    add("train", network.trainStepSeconds, network.bestTrainStepSeconds, 3 * network.multiplyAdds)
    add("inference", network.inferenceSeconds, network.bestInferenceSeconds, network.multiplyAdds)
    add("planning", network.planningSeconds, network.bestPlanningSeconds, 0)
  }
}
