import GoldenFiles
import Reference
import Testing

/// Proves the reference network: logits, losses, metrics and running statistics of the original.
@Suite(
  "Reference network against CosmicTagger",
  .enabled(if: GoldenFile.isAvailable("sparse_net.h5")))
struct ReferenceNetworkTests {
  static let networks = ["a21like", "uresnetlike", "nobias_noconn", "seedera"]

  @Test("logits, losses and metrics in evaluation", arguments: networks)
  func evaluation(name: String) throws {
    let golden = try SparseNetGolden(name)
    let output = try golden.network()(
      golden.features, sites: golden.sites, spatialSize: golden.spatialSize, mode: .evaluation)
    try expectLogits(output.logits, of: golden, "eval")
    let figures = try GoldenFigures(
      golden.group, mode: "eval", sites: golden.sites, labels: golden.labels,
      labelImages: golden.labelImages, spatialSize: golden.spatialSize)
    try figures.expectLosses(of: output.logits)
    try figures.expectMetrics(of: output.logits)
  }

  @Test("logits, losses, metrics and running statistics in training", arguments: networks)
  func training(name: String) throws {
    let golden = try SparseNetGolden(name)
    let network = try golden.network()
    let output = try network(
      golden.features, sites: golden.sites, spatialSize: golden.spatialSize, mode: .training)
    try expectLogits(output.logits, of: golden, "train")
    let figures = try GoldenFigures(
      golden.group, mode: "train", sites: golden.sites, labels: golden.labels,
      labelImages: golden.labelImages, spatialSize: golden.spatialSize)
    try figures.expectLosses(of: output.logits)
    try figures.expectMetrics(of: output.logits)
    for (module, batches) in output.statistics {
      for (suffix, values) in [
        ("running_mean", batches[0].mean), ("running_var", batches[0].unbiasedVariance),
      ] {
        let before = try #require(network.parameters["\(module).\(suffix)"])
        let after = runningAverage(before, values, keep: 0.99)
        let difference = try compare(
          after, with: golden.group.doubles("buffers_after/\(module).\(suffix)"))
        // The original takes E[x²] − E[x]² in single precision, which costs up to 1.2e-5.
        #expect(difference.scaledError < 3e-5, "\(name) \(module).\(suffix): \(difference)")
      }
    }
  }

  @Test("no site at all is a batch like any other", arguments: networks)
  func nothing(name: String) throws {
    let golden = try SparseNetGolden(name)
    let network = try golden.network()
    for mode in [ReferenceUResNet.Mode.training, .evaluation] {
      let output = try network([], sites: [], spatialSize: golden.spatialSize, mode: mode)
      #expect(output.logits.isEmpty)
    }
  }

  @Test("a missing parameter is named")
  func missingParameter() throws {
    let network = ReferenceUResNet(configuration: UResNetConfiguration(), parameters: [:])
    #expect(throws: ReferenceParameterError.self) {
      try network([[1]], sites: [[0, 0, 0, 0]], spatialSize: [3, 8, 8], mode: .training)
    }
  }

  /// Logits agree within 5e-5 of the largest: single against double precision.
  private func expectLogits(
    _ logits: [[Double]], of golden: SparseNetGolden, _ mode: String
  ) throws {
    let expected = try golden.logits(mode)
    let largest = expected.joined().reduce(0) { max($0, abs($1)) }
    let difference = zip(logits.joined(), expected.joined()).reduce(0) { worst, pair in
      max(worst, abs(pair.0 - pair.1))
    }
    #expect(difference <= 5e-5 * largest, "\(golden.group.name) \(mode): \(difference / largest)")
  }
}
