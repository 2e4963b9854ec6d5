import Foundation
import GoldenFiles
import Reference

/// The options the original was built with, as the golden file keeps them.
func originalOptions(_ group: GoldenGroup) throws -> [String: Any] {
  let text = try group.text("config")
  return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
}

private func connections(_ name: Any?) -> UResNetConfiguration.Connections {
  switch name as? String {
  case "concat": .concat
  case "sum": .sum
  default: .none
  }
}

/// Today's options on top of what a kind of network always does; the sparse one ignores the growth.
func masterConfiguration(
  _ options: [String: Any], base: UResNetConfiguration
) -> UResNetConfiguration {
  var configuration = base
  configuration.depth = options["depth"] as? Int ?? 0
  configuration.initialFilters = options["n_initial_filters"] as? Int ?? 0
  configuration.blocksPerLayer = options["blocks_per_layer"] as? Int ?? 0
  configuration.blocksDeepest = options["blocks_deepest_layer"] as? Int ?? 0
  configuration.blocksFinal = options["blocks_final"] as? Int ?? 0
  configuration.residual = options["residual"] as? Bool ?? false
  configuration.batchNormalization = options["normalization"] as? String == "batch"
  configuration.deepestFilterSize = options["filter_size_deepest"] as? Int ?? 0
  configuration.bottleneckFilters = options["bottleneck_deepest"] as? Int ?? 0
  configuration.connections = connections(options["connections"])
  return configuration
}

/// The sparse network of June 2019.
func seedConfiguration(_ options: [String: Any]) -> UResNetConfiguration {
  func position(_ name: String) -> UResNetConfiguration.SkipPosition {
    options[name] as? Bool == true ? .beforeBlocks : .afterBlocks
  }
  var configuration = UResNetConfiguration.seedSparse
  configuration.depth = options["NETWORK_DEPTH"] as? Int ?? 0
  configuration.initialFilters = options["N_INITIAL_FILTERS"] as? Int ?? 0
  configuration.growth =
    options["GROWTH_RATE"] as? String == "multiplicative" ? .multiplicative : .additive
  configuration.blocksPerLayer = options["RES_BLOCKS_PER_LAYER"] as? Int ?? 0
  configuration.blocksDeepest = options["RES_BLOCKS_DEEPEST_LAYER"] as? Int ?? 0
  configuration.blocksFinal = options["RES_BLOCKS_FINAL"] as? Int ?? 0
  configuration.residual = options["RESIDUAL"] as? Bool ?? false
  configuration.batchNormalization = options["BATCH_NORM"] as? Bool ?? false
  configuration.connections = connections(options["CONNECTIONS"])
  configuration.skipTap = position("CONNECT_PRE_RES_BLOCKS_DOWN")
  configuration.skipJoin = position("CONNECT_PRE_RES_BLOCKS_UP")
  configuration.bottleneckFilters =
    (options["NPLANES"] as? Int ?? 0) * configuration.filters(atLevel: configuration.depth)
  return configuration
}
