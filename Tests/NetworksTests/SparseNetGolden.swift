import Foundation
import GoldenFiles
import Reference

/// One network of `sparse_net.h5` with the events it was run on.
struct SparseNetGolden {
  let group: GoldenGroup
  /// The stored sites, `[image, plane, row, column]`, in the file's row order.
  let sites: [[Int]]
  /// One charge per site.
  let features: [[Double]]
  /// The true class of each site.
  let labels: [Int]
  /// Planes, rows and columns.
  let spatialSize: [Int]
  /// The number of images, empty ones among them.
  let imageCount: Int
  /// Pixels that were labelled but never stored, as their plane and class.
  let labelledBlanks: [(site: [Int], label: Int)]

  init(_ name: String) throws {
    let file = try GoldenFile.open("sparse_net.h5")
    group = try file.group(name)
    sites = try file.root.sites("in_coords")
    features = try file.root.rows("in_features")
    spatialSize = try file.root.integerList("spatial_size")
    imageCount = try file.root.integer("batch_size")
    let images = try (0..<spatialSize[0]).map { try file.root.integers("labels/plane\($0)") }
    let (rows, columns) = (spatialSize[1], spatialSize[2])
    labels = sites.map { images[$0[1]][($0[0] * rows + $0[2]) * columns + $0[3]] }
    let stored = Set(sites)
    var blanks: [(site: [Int], label: Int)] = []
    for (plane, image) in images.enumerated() {
      for (pixel, label) in image.enumerated() where label != 0 {
        let site = [
          pixel / (rows * columns), plane, pixel / columns % rows, pixel % columns,
        ]
        if !stored.contains(site) { blanks.append((site, label)) }
      }
    }
    labelledBlanks = blanks
  }

  /// Parameters and, from before the forward pass, running statistics by name.
  func parameters() throws -> [String: [Double]] {
    var values: [String: [Double]] = [:]
    for folder in ["params", "buffers_before"] where group.hasGroup(folder) {
      let members = try group.group(folder)
      for name in try members.datasetNames() { values[name] = try members.doubles(name) }
    }
    return values
  }

  /// The logits the original gave at every stored site.
  func logits(_ mode: String) throws -> [[Double]] {
    let images = try (0..<spatialSize[0]).map { try group.doubles("logits_\(mode)/plane\($0)") }
    let (rows, columns) = (spatialSize[1], spatialSize[2])
    return sites.map { site in
      (0..<3).map { images[site[1]][((site[0] * 3 + $0) * rows + site[2]) * columns + site[3]] }
    }
  }

  /// The reference network set up as the original's configuration says.
  func network() throws -> ReferenceUResNet {
    let text = try group.text("config")
    let options =
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    return try ReferenceUResNet(
      configuration: options["NETWORK_DEPTH"] == nil
        ? masterConfiguration(options) : seedConfiguration(options),
      parameters: parameters())
  }
}

private func connections(_ name: Any?) -> UResNetConfiguration.Connections {
  switch name as? String {
  case "concat": .concat
  case "sum": .sum
  default: .none
  }
}

/// Today's sparse network: growth is always additive, whatever the option says.
private func masterConfiguration(_ options: [String: Any]) -> UResNetConfiguration {
  var configuration = UResNetConfiguration.masterSparse
  configuration.depth = options["depth"] as? Int ?? 0
  configuration.initialFilters = options["n_initial_filters"] as? Int ?? 0
  configuration.blocksPerLayer = options["blocks_per_layer"] as? Int ?? 0
  configuration.blocksDeepest = options["blocks_deepest_layer"] as? Int ?? 0
  configuration.blocksFinal = options["blocks_final"] as? Int ?? 0
  configuration.residual = options["residual"] as? Bool ?? false
  configuration.batchNormalization = options["normalization"] as? String == "batch"
  configuration.connections = connections(options["connections"])
  return configuration
}

/// The sparse network of June 2019.
private func seedConfiguration(_ options: [String: Any]) -> UResNetConfiguration {
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
