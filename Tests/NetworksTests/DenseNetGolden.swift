import GoldenFiles
import Reference

/// A network of `dense_net.h5` told as a sparse one whose sites are all the pixels.
///
/// Full images are a special case: a submanifold convolution over all sites is a padded one.
struct DenseNetGolden {
  let group: GoldenGroup
  /// All pixels, `[image, plane, row, column]`.
  let sites: [[Int]]
  /// One charge per pixel.
  let features: [[Double]]
  /// Planes, rows and columns.
  let spatialSize: [Int]
  /// The true class of each pixel.
  let labels: [Int]
  /// The class of every pixel of each plane, images × rows × columns.
  let labelImages: [[Int]]

  /// Reads a group whose images are the top-left corner of the file's.
  init(_ name: String) throws {
    let file = try GoldenFile.open("dense_net.h5")
    group = try file.group(name)
    // Labels of whole images are the file's.
    let labelled = group.hasGroup("labels") ? group : file.root
    let shape = try labelled.shape(of: "labels/plane0")
    let (rows, columns) = (shape[1], shape[2])
    let images = try file.root.doubles("image")
    let full = try file.root.shape(of: "image")
    sites = (0..<full[0]).flatMap { image in
      (0..<full[1]).flatMap { plane in
        (0..<rows * columns).map { [image, plane, $0 / columns, $0 % columns] }
      }
    }
    features = sites.map { site in
      let plane = site[0] * full[1] + site[1]
      return [images[(plane * full[2] + site[2]) * full[3] + site[3]]]
    }
    spatialSize = [full[1], rows, columns]
    let classes = try (0..<full[1]).map { try labelled.integers("labels/plane\($0)") }
    labels = sites.map { classes[$0[1]][($0[0] * rows + $0[2]) * columns + $0[3]] }
    labelImages = classes
  }

  /// The logits the original gave at every pixel, in training or in evaluation (`eval`).
  func logits(_ mode: String = "train") throws -> [[Double]] {
    let images = try (0..<spatialSize[0]).map { try group.doubles("logits_\(mode)/plane\($0)") }
    let (rows, columns) = (spatialSize[1], spatialSize[2])
    return sites.map { site in
      (0..<3).map { images[site[1]][((site[0] * 3 + $0) * rows + site[2]) * columns + site[3]] }
    }
  }

  /// Parameters and running statistics under the sparse network's names and in its layout.
  func parameters(folders: [String] = ["params", "buffers_before"]) throws -> [String: [Double]] {
    var result: [String: [Double]] = [:]
    for folder in folders where group.hasGroup(folder) {
      let members = try group.group(folder)
      for name in try members.datasetNames() {
        let values = try members.doubles(name)
        let shape = try members.shape(of: name)
        result[sparseName(name)] = shape.count < 4 ? values : reordered(values, shape, name)
      }
    }
    return result
  }

  /// From (output, input, filter), or (input, output, filter) if transposed, to the sparse order.
  private func reordered(_ values: [Double], _ shape: [Int], _ name: String) -> [Double] {
    let isTransposed = name.hasSuffix("upsample.conv.weight")
    let (output, input) = isTransposed ? (shape[1], shape[0]) : (shape[0], shape[1])
    let volume = shape.dropFirst(2).reduce(1, *)
    func value(_ offset: Int, _ from: Int, _ to: Int) -> Double {
      let matrix = isTransposed ? from * output + to : to * input + from
      return values[matrix * volume + offset]
    }
    // The dense 2D network splits channels into planes: those become the offsets of the filter.
    let isStacked = try? originalOptions(group)["block_concat"] as? Bool == false
    let planes = name.contains("unbottleneck") && isStacked == true ? spatialSize[0] : 1
    let channels = output / planes
    return (0..<planes * volume).flatMap { offset in
      (0..<input).flatMap { from in
        (0..<channels).map { value(offset % volume, from, offset / volume * channels + $0) }
      }
    }
  }
}

/// The sparse network's name for a parameter of the dense one.
private func sparseName(_ name: String) -> String {
  var parts = name.split(separator: ".").map(String.init)
  // `blocks.0` of a series is `block_0`; the series of the bottom is itself called `blocks`.
  if let number = parts.firstIndex(where: { Int($0) != nil }) {
    parts.replaceSubrange(number - 1...number, with: ["block_\(parts[number])"])
  }
  var result = parts.joined(separator: ".")
  let isResidual = result.contains("convolution_")
  for (dense, sparse) in [
    (".convolution_1.conv.", ".conv1."), (".convolution_1.norm.", ".relu1."),
    (".convolution_2.conv.", ".conv2."), (".convolution_2.norm.", ".norm2."),
    ("main_module.bottleneck.conv.", "main_module.merger."),
    ("main_module.bottleneck.norm.", "main_module.merger.relu."),
    ("main_module.unbottleneck.conv.", "main_module.splitter."),
    ("main_module.unbottleneck.norm.", "main_module.splitter.relu."),
    ("merger.conv.", "merger."), ("splitter.conv.", "splitter."),
    ("connection.bottleneck.conv.", "connection.bottleneck."),
    ("connection.bottleneck.norm.", "connection.relu."),
    ("sample.bottleneck.", "sample."), ("initial_convolution.conv.", "initial_convolution."),
    (".norm.", ".relu."),
  ] {
    result = result.split(separator: dense, omittingEmptySubsequences: false)
      .joined(separator: sparse)
  }
  return result.contains("block_") && !isResidual
    ? result.split(separator: ".conv.").joined(separator: ".conv1.") : result
}
