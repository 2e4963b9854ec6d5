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
  /// The class of every pixel of each plane, images × rows × columns.
  let labelImages: [[Int]]
  init(_ name: String) throws {
    let file = try GoldenFile.open("sparse_net.h5")
    group = try file.group(name)
    sites = try file.root.sites("in_coords")
    features = try file.root.rows("in_features")
    spatialSize = try file.root.integerList("spatial_size")
    let images = try (0..<spatialSize[0]).map { try file.root.integers("labels/plane\($0)") }
    labelImages = images
    let (rows, columns) = (spatialSize[1], spatialSize[2])
    labels = sites.map { images[$0[1]][($0[0] * rows + $0[2]) * columns + $0[3]] }
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
    let options = try originalOptions(group)
    return try ReferenceUResNet(
      configuration: options["NETWORK_DEPTH"] == nil
        ? masterConfiguration(options, base: .masterSparse) : seedConfiguration(options),
      parameters: parameters())
  }
}
