import GoldenFiles
import Reference
import Testing

/// Proves the options of the reference network that no sparse original has, on full images.
@Suite(
  "Reference network against CosmicTagger's dense networks",
  .enabled(if: GoldenFile.isAvailable("dense_net.h5")))
struct ReferenceDenseNetworkTests {
  /// What the dense networks have in common: PyTorch's normalization and slope, all activated.
  private func denseConfiguration() -> UResNetConfiguration {
    var configuration = UResNetConfiguration()
    configuration.initialActivated = true
    configuration.mergeActivated = true
    configuration.joinActivated = true
    configuration.leak = 0.01
    configuration.residualLeak = 0.01
    configuration.epsilon = 1e-5
    return configuration
  }

  @Test("2D: convolutional scaling, activated concatenation, statistics of each plane")
  func twoDimensional() throws {
    var configuration = denseConfiguration()
    configuration.growth = .multiplicative
    configuration.skipTap = .beforeBlocks
    configuration.statisticsScope = .eachPlane
    try expectTraining("uresnetlike_conv", configuration)
  }

  @Test("3D: max pooling, nearest interpolation, skips after the blocks")
  func threeDimensional() throws {
    var configuration = denseConfiguration()
    configuration.skipJoin = .afterBlocks
    configuration.downsampling = .maxPooling
    configuration.upsampling = .interpolation
    configuration.deepestBlock = .convolvesPlanes
    try expectTraining("dense3d", configuration)
  }

  private func expectTraining(_ name: String, _ base: UResNetConfiguration) throws {
    let golden = try DenseNetGolden(name)
    let network = try ReferenceUResNet(
      configuration: masterConfiguration(originalOptions(golden.group), base: base),
      parameters: golden.parameters())
    let output = try network(
      golden.features, sites: golden.sites, spatialSize: golden.spatialSize, mode: .training)
    let expected = try golden.logits()
    let largest = expected.joined().reduce(0) { max($0, abs($1)) }
    let difference = zip(output.logits.joined(), expected.joined()).reduce(0) { worst, pair in
      max(worst, abs(pair.0 - pair.1))
    }
    #expect(difference <= 5e-5 * largest, "\(name): \(difference / largest)")
    let figures = try GoldenFigures(
      golden.group, mode: "train", sites: golden.sites, labels: golden.labels,
      labelImages: golden.labelImages, spatialSize: golden.spatialSize)
    try figures.expectLosses(of: output.logits)
    try figures.expectMetrics(of: output.logits)
    try expectRunningStatistics(output.statistics, of: golden, network)
  }

  /// PyTorch keeps 0.9 of the old value, and a layer called for each plane moves it each time.
  private func expectRunningStatistics(
    _ statistics: [String: [BatchStatistics]], of golden: DenseNetGolden,
    _ network: ReferenceUResNet
  ) throws {
    let expected = try golden.parameters(folders: ["buffers_after"])
    for (module, batches) in statistics where !module.contains("splitter") {
      let before = try #require(network.parameters["\(module).running_mean"])
      let after = batches.reduce(before) { runningAverage($0, $1.mean, keep: 0.9) }
      let difference = try compare(
        after, with: #require(expected["\(module).running_mean"]))
      #expect(difference.scaledError < 1e-5, "\(module): \(difference)")
    }
  }
}
