import Autodiff
import DenseLayers
import Foundation
import GoldenFiles
import Networks
import Reference
import Tensors
import TestSites
import Testing
import Training

/// Where `tools/interoperability/check_import.py` puts what it has imported.
private let folder = ProcessInfo.processInfo.environment["IMPORTED_CHECKPOINTS"] ?? ""

/// Proves that checkpoints of the original in PyTorch, imported, are the networks they were of: with the
/// configuration and the parameters of the file alone, logits and running statistics are the original's.
///
/// Prints the largest difference of any logit.
@Suite(
  "Imported checkpoints against CosmicTagger",
  .enabled(
    if: !folder.isEmpty && GoldenFile.isAvailable("dense_net.h5")
      && GoldenFile.isAvailable("sparse_net.h5"),
    "IMPORTED_CHECKPOINTS names the folder that tools/interoperability/check_import.py makes"))
struct ImportedCheckpointTests {
  private typealias Configuration = Networks.UResNetConfiguration

  @Test("dense networks", arguments: DenseProductionGoldenTests.networks)
  func dense(name: String) throws {
    let golden = try DenseNetGolden(name)
    let checkpoint = try imported("dense_net", name)
    let configuration = try Configuration(settings: checkpoint.configuration)
    #expect(try configuration == Configuration(denseOriginal: originalOptions(golden.group)))
    // Pixels by plane, event, row and column.
    let sites = golden.sites
    let order = sites.indices.sorted { (sites[$0][1], $0) < (sites[$1][1], $1) }
    for (mode, purpose) in Self.modes where golden.group.hasGroup("logits_\(mode)") {
      let network = try UResNet(configuration, over: DenseConvolutions(seed: 1))
      try load(checkpoint, into: network)
      let charges = tensor(order.map { golden.features[$0] }, channels: 1)
      let tape = Tape(purpose, compute: Compute(threads: Threads(count: 2)))
      let images = try DenseImages(
        tape.variable(charges), batchSize: (sites.last?[0] ?? -1) + 1,
        spatialSize: golden.spatialSize)
      let logits = try network(images).features.value
      let expected = try golden.logits(mode)
      try expect(logits, order.map { expected[$0] }, golden.group, mode)
      guard mode == "train" else { continue }
      tape.applyUpdates()
      let after = try golden.parameters(folders: ["buffers_after"])
      try expectStatistics(of: network, configuration.depth, tolerance: 1e-5) { after[$0] }
    }
  }

  @Test("sparse networks", arguments: ReferenceNetworkTests.networks)
  func sparse(name: String) throws {
    let golden = try SparseNetGolden(name)
    let checkpoint = try imported("sparse_net", name)
    let configuration = try Configuration(settings: checkpoint.configuration)
    try expectSwitches(configuration, of: golden)
    let order = sortingOrder(of: golden.sites)
    let pixels = golden.spatialSize[1] * golden.spatialSize[2]
    for (mode, purpose) in Self.modes {
      let production = try ProductionNetwork(configuration)
      try load(checkpoint, into: production.network)
      let pass = try production.pass(
        order.map { golden.features[$0] }, sites: order.map { golden.sites[$0] },
        batchSize: golden.labelImages[0].count / pixels, spatialSize: golden.spatialSize,
        purpose: purpose)
      let expected = try golden.logits(mode)
      try expect(pass.logits.value, order.map { expected[$0] }, golden.group, mode)
      guard mode == "train" else { continue }
      pass.tape.applyUpdates()
      // The original takes E[x²] − E[x]² in single precision, which costs up to 1.2e-5.
      try expectStatistics(of: production.network, configuration.depth, tolerance: 3e-5) { name in
        let buffer = "buffers_after/\(name)"
        return golden.group.hasDataset(buffer) ? try golden.group.doubles(buffer) : nil
      }
    }
  }

  @Test("presets are those the tool compares with")
  func presets() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/presets.json"))
    let told = try JSONDecoder().decode([String: [String: String]].self, from: data)
    for preset in Configuration.Preset.allCases {
      for form in Configuration.Form.allCases {
        for mode in Configuration.ConvolutionMode.allCases {
          let name = "\(preset.rawValue) \(form.rawValue) \(mode.rawValue)"
          let ours = Configuration(preset: preset, form: form, mode: mode).settings
          let theirs = try #require(told[name], "\(name)")
          #expect(ours.filter { theirs[$0.key] != nil } == theirs, "\(name)")
        }
      }
    }
  }

  private static let modes = [("eval", Tape.Purpose.inference), ("train", .training)]

  private func imported(_ file: String, _ name: String) throws -> Checkpoint {
    try Checkpoint(contentsOf: "\(folder)/\(file)/\(name).h5")
  }

  private func load(_ checkpoint: Checkpoint, into network: any Module) throws {
    try checkpoint.load(into: network, file: "the file", remedy: "correct the tool")
  }

  /// Logits agree within 5e-5 of the largest one.
  private func expect(
    _ logits: Tensor, _ expected: [[Double]], _ group: GoldenGroup, _ mode: String
  ) throws {
    let largest = expected.joined().reduce(0) { max($0, abs($1)) }
    let found = rows(logits)
    try #require(found.map(\.count) == expected.map(\.count))
    let worst = zip(found.joined(), expected.joined()).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(worst <= 5e-5 * largest, "\(group.path) \(mode): \(worst / largest)")
    let file = URL(fileURLWithPath: group.file.path).deletingPathExtension().lastPathComponent
    let figure = "\(Float(worst)), \(Float(worst / largest)) of the largest"
    print("imported \(file)\(group.path) \(mode): largest difference of logits \(figure)")
  }

  /// One pass in training moves the running statistics as it moved the original's.
  private func expectStatistics(
    of network: any Module, _ depth: Int, tolerance: Double,
    after: (String) throws -> [Double]?
  ) throws {
    for (name, parameter) in network.namedParameters where !parameter.isTrained {
      let candidates = originalNames(name, depth: depth)
      let expected = try #require(candidates.lazy.compactMap(after).first, "\(name)")
      let difference = compare(parameter.doubles, with: expected)
      #expect(difference.scaledError < tolerance, "\(name): \(difference)")
    }
  }

  /// The switches are those the original was run with, where what is left out means the same.
  private func expectSwitches(_ found: Configuration, of golden: SparseNetGolden) throws {
    let original = try golden.network()
    let bias = original.parameters.keys.contains("initial_convolution.bias")
    var found = found
    found.leakAfterSum = found.leakAfterSum ?? found.leak
    found.bottleneckDeepest = found.bottleneckDeepest ?? found.deepestChannels
    #expect(found == Configuration(original: original.configuration, bias: bias))
  }
}
