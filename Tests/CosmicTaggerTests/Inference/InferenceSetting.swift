import CosmicTagger
import Foundation
import LArCV
import Layers
import Networks
import Testing
import Training

/// Events made by hand in a file, and a network to apply to them.
struct InferenceSetting {
  static let wires = 16
  static let ticks = 8
  static let events = 5

  let scratch: Scratch
  let network: UResNet<SparseConvolutions>

  /// - Parameters:
  ///   - labels: whether the file has labels.
  ///   - seed: that of the network's weights.
  init(labels: Bool = true, seed: UInt64 = 1) throws {
    scratch = try Scratch()
    var configuration = UResNetConfiguration(preset: .a21)
    configuration.initialFilters = 2
    configuration.depth = 1
    configuration.bottleneckDeepest = 4
    network = try UResNet(configuration, over: SparseConvolutions(seed: seed))
    try writeEvents(labels: labels)
    try writeNetwork(configuration)
  }

  func path(_ name: String) -> String { scratch.file(name) }

  /// Events with voxels, without any on a plane, and without any at all.
  private func writeEvents(labels: Bool) throws {
    let writer = try LArCVWriter(
      path: path("in.h5"), products: ["sbndwire"] + (labels ? ["sbnd_cosmicseg"] : []))
    for number in 0..<Self.events {
      var charge: [SparseImage] = []
      var truth: [SparseImage] = []
      for plane in 0..<3 {
        let isEmpty = number == 2 || plane == number
        let ids =
          isEmpty
          ? [] : (0..<128).filter { ($0 * 7 + number * 5 + plane) % 3 == 0 }.map { UInt64($0) }
        let meta = ImageMeta(projection: plane, voxelCounts: [Self.wires, Self.ticks])
        charge.append(
          SparseImage(meta: meta, ids: ids, values: ids.map { Float($0 % 11) + 0.5 }))
        truth.append(SparseImage(meta: meta, ids: ids, values: ids.map { Float($0 % 3) }))
      }
      let products = [("sbndwire", charge)] + (labels ? [("sbnd_cosmicseg", truth)] : [])
      try writer.append(
        EventID(run: 4, subrun: 2, event: Int64(100 - number)), images: products)
    }
    try writer.close()
  }

  private func writeNetwork(_ configuration: UResNetConfiguration) throws {
    try Checkpoint(
      of: network, step: 3,
      configuration: configuration.settings.merging(["downsample": "1"]) { $1 }
    ).write(to: path("model.h5"))
  }

  func configuration(
    output: String = "out.h5", _ change: (inout InferenceConfiguration) -> Void = { _ in }
  ) -> InferenceConfiguration {
    var configuration = InferenceConfiguration(
      file: path("in.h5"), checkpoint: path("model.h5"), output: path(output))
    change(&configuration)
    return configuration
  }

  /// Runs to the end, and returns what was reported.
  @discardableResult
  func infer(_ configuration: InferenceConfiguration) throws -> [String] {
    let log = CapturedLog()
    try InferenceRun(configuration, logger: log.logger).run()
    return log.lines
  }

  func data(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path(name)))
  }

  /// The names in the folder.
  var contents: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: scratch.path)) ?? []).sorted()
  }
}
