import CosmicTagger
import Layers
import Networks
import Sites
import Testing
import Training

@Suite("Real events", .enabled(if: RealEvents.arePresent))
struct RealEventTests {
  private func batch(_ downsample: Int) throws -> (SiteAssembly.Batch, ImageGeometry) {
    let configuration = data { $0.downsample = downsample }
    let events = try RealEvents.load(configuration)
    let geometry = try ImageGeometry(try #require(events.first), configuration)
    return (try SiteAssembly(geometry, configuration).batch(events), geometry)
  }

  @Test("Downsampling has larcv3's bits", arguments: 0..<4)
  func downsampling(_ downsample: Int) throws {
    let configuration = data { $0.downsample = downsample }
    let events = try RealEvents.load(configuration)
    let geometry = try ImageGeometry(try #require(events.first), configuration)
    #expect(geometry.stored == [2048, 1280])
    #expect([geometry.rows, geometry.columns] == [1280 >> downsample, 2048 >> downsample])
    let ours = listing(try SiteAssembly(geometry, configuration).batch(events))
    let naive = NaiveAssembly(
      planes: 3, size: [2048, 1280], factor: 1 << downsample, isWireFirst: true
    ).listing(events)
    // Not compared in one expectation: its report of a difference would be endless.
    #expect(ours.count == naive.count)
    #expect(zip(ours, naive).first { $0 != $1 } == nil)
  }

  /// Sites of each event on each level of full images, as counted by another program.
  static let siteCounts = [
    [56_478, 33_165, 23_093, 16_562, 10_233, 4382, 1550],
    [58_884, 34_026, 23_260, 16_603, 10_206, 4356, 1538],
    [60_367, 35_714, 24_883, 17_738, 10_663, 4521, 1594],
  ]

  @Test("Sites per event", arguments: 0..<4)
  func sites(_ downsample: Int) throws {
    let (batch, _) = try batch(downsample)
    #expect(batch.sites.eventRows.map(\.count) == Self.siteCounts.map { $0[downsample] })
  }

  @Test("A deep network finds the known number of sites on every level", arguments: [0, 1])
  func levels(_ downsample: Int) throws {
    var configuration = UResNetConfiguration()
    configuration.initialFilters = 1
    configuration.bottleneckDeepest = 1
    configuration.depth = 6 - downsample
    let network = try UResNet(configuration, over: SparseConvolutions(seed: 0))
    let (batch, geometry) = try batch(downsample)
    let plan = try NetworkPlanner(network, inputChannels: 1).plan(batch.sites)
    for level in 0...configuration.depth {
      let size = [3, geometry.rows >> level, geometry.columns >> level]
      let sets = plan.entries.flatMap { [$0.rulebook.inputSites, $0.rulebook.outputSites] }
      let sites = try #require(sets.first { $0.spatialSize == size })
      #expect(
        sites.eventRows.map(\.count) == Self.siteCounts.map { $0[downsample + level] })
    }
  }

  /// Accuracy, accuracy without background, cosmic overlap, neutrino overlap, their mean, as
  /// computed in the original's way from what the real larcv3 reads.
  static let baselines: [(Baseline, downsample: Int, figures: [Double])] = [
    (.everythingCosmic, 0, [0.9955, 0.8210, 0.4500, 0, 0.2250]),
    (.chargeAboveTen, 0, [0.9987, 0.7686, 0.6918, 0, 0.3459]),
    (.everythingCosmic, 1, [0.9875, 0.8244, 0.3686, 0, 0.1843]),
    (.chargeAboveTen, 1, [0.9977, 0.6525, 0.6754, 0, 0.3377]),
  ]

  @Test("Predictions without a network score as they should", arguments: 0..<baselines.count)
  func baseline(_ number: Int) throws {
    let (baseline, downsample, figures) = Self.baselines[number]
    let (batch, geometry) = try batch(downsample)
    let sites = try LabelledSites(
      plan: Plan(batch.sites), features: batch.charges, labels: batch.labels, classes: 3,
      groups: batch.planes, groupCount: geometry.planes)
    let metrics = try SegmentationMetrics(
      confusions(baseline.predictions(sites), sites),
      pixelsPerImage: geometry.pixels, averaging: .image)
    let ours = [
      metrics.accuracy, metrics.nonBackgroundAccuracy, metrics.cosmicIoU, metrics.neutrinoIoU,
      metrics.meanIoU,
    ]
    for (figure, expected) in zip(ours, figures) { #expect(abs(figure - expected) <= 5.1e-5) }
  }

  @Test("Everything background is right wherever there is no particle")
  func background() throws {
    let (batch, geometry) = try batch(0)
    let sites = try LabelledSites(
      plan: Plan(batch.sites), features: batch.charges, labels: batch.labels, classes: 3,
      groups: batch.planes, groupCount: geometry.planes)
    let metrics = try SegmentationMetrics(
      confusions(Baseline.everythingBackground.predictions(sites), sites),
      pixelsPerImage: geometry.pixels, averaging: .pooled)
    // 70 289 cosmic and 15 481 neutrino pixels on nine images.
    #expect(abs(metrics.accuracy - (1 - 85_770.0 / (9 * 1280 * 2048))) < 1e-12)
    #expect(metrics.nonBackgroundAccuracy == 0)
    #expect(metrics.meanIoU == 0)
  }
}
