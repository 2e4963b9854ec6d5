import Layers
import Networks
import Sites
import Tensors

/// A rulebook, or all of a U-Net's, whose construction is timed.
struct RulebookWork {
  /// The level of its input sites.
  let level: String
  /// The filter.
  let filter: String
  /// Input sites.
  let sites: Int
  /// Share of the image's places that are sites.
  let occupancy: Double
  /// Pairs it has, whoever makes it.
  let pairs: Int

  private let make: (SiteIndexKind) throws -> [Rulebook]

  /// The rulebooks of a U-Net on some sites, as a network's plan asks for them.
  static func uNet(on sites: SiteSet, depth: Int) throws -> [RulebookWork] {
    var work: [RulebookWork] = []
    var sites = sites
    var deepest = 0
    for level in 0...depth {
      deepest = level
      if level == 0 {
        work.append(try submanifold(sites, level, FilterGeometry(size: [1, 5, 5])))
      }
      work.append(try submanifold(sites, level, .neighbours))
      let halves = sites.spatialSize.dropFirst().allSatisfy { $0 % 2 == 0 }
      guard level < depth, halves else { break }
      let here = sites
      work.append(
        try RulebookWork(sites, level, .halving) {
          try Rulebook.strided(here, .halving, index: $0.type)
        })
      sites = try Rulebook.strided(sites, .halving).outputSites
    }
    let here = sites
    let planes = FilterGeometry(size: [sites.spatialSize[0], 1, 1])
    work.append(
      try RulebookWork(sites, deepest, planes) {
        try Rulebook.strided(here, planes, index: $0.type)
      })
    return work
  }

  /// All of them as one piece of work.
  static func together(_ parts: [RulebookWork]) -> RulebookWork {
    RulebookWork(
      level: "all", filter: "U-Net", sites: parts.first?.sites ?? 0,
      occupancy: parts.first?.occupancy ?? 0, pairs: parts.reduce(0) { $0 + $1.pairs }
    ) { kind in try parts.flatMap { try $0.make(kind) } }
  }

  /// The plan of a network, with all it takes to walk over its layers.
  static func plan(
    _ preset: UResNetConfiguration.Preset, on sites: SiteSet
  ) throws -> RulebookWork {
    var configuration = UResNetConfiguration(preset: preset)
    configuration.planes = sites.spatialSize[0]
    let network = try UResNet(configuration, over: SparseConvolutions(seed: 0))
    func plan(_ kind: SiteIndexKind) throws -> [Rulebook] {
      try NetworkPlanner(network, inputChannels: configuration.inputChannels, index: kind)
        .plan(sites).entries.map(\.rulebook)
    }
    let places = sites.spatialSize.reduce(Double(sites.batchSize)) { $0 * Double($1) }
    return RulebookWork(
      level: "plan", filter: preset.rawValue, sites: sites.count,
      occupancy: Double(sites.count) / max(1, places),
      pairs: try plan(.automatic).reduce(0) { $0 + $1.pairCount }, make: plan)
  }

  private static func submanifold(
    _ sites: SiteSet, _ level: Int, _ filter: FilterGeometry
  ) throws -> RulebookWork {
    try RulebookWork(sites, level, filter) {
      try Rulebook.submanifold(sites, filter, index: $0.type)
    }
  }

  private init(
    level: String, filter: String, sites: Int, occupancy: Double, pairs: Int,
    make: @escaping (SiteIndexKind) throws -> [Rulebook]
  ) {
    self.level = level
    self.filter = filter
    self.sites = sites
    self.occupancy = occupancy
    self.pairs = pairs
    self.make = make
  }

  private init(
    _ sites: SiteSet, _ level: Int, _ filter: FilterGeometry,
    _ make: @escaping (SiteIndexKind) throws -> Rulebook
  ) throws {
    let places = sites.spatialSize.reduce(Double(sites.batchSize)) { $0 * Double($1) }
    self.init(
      level: String(level), filter: filter.description, sites: sites.count,
      occupancy: places > 0 ? Double(sites.count) / places : 0,
      pairs: try make(.automatic).pairCount
    ) { [try make($0)] }
  }

  /// A fingerprint of what an index makes.
  func checksum(_ kind: SiteIndexKind) throws -> UInt64 {
    try make(kind).reduce(0) { $0 &* 31 &+ $1.checksum }
  }

  /// How long it takes, made by every thread at once.
  func time(_ kind: SiteIndexKind, _ threads: Threads, repetitions: Int) -> Timing {
    let clock = ContinuousClock()
    func work() {
      threads.run(threads.count) { _, _ in _ = try? make(kind) }
    }
    work()
    return Timing((0..<repetitions).map { _ in clock.measure(work) / .seconds(1) })
  }

  /// Its line in the file of figures.
  func entry(
    _ prefix: String, _ kind: SiteIndexKind, _ threads: Int, _ timing: Timing
  ) -> BenchmarkReport.Entry {
    var entry = BenchmarkReport.Entry(
      name: prefix + "level \(level)/\(filter)/\(kind.rawValue)/\(named(threads: threads))",
      threads: threads, sites: sites, pairs: pairs, multiplyAdds: 0,
      bytes: 2 * pairs * MemoryLayout<Int32>.stride, medianSeconds: timing.median,
      bestSeconds: timing.best)
    entry.details = [
      "occupancy": occupancy,
      "nanoseconds_per_site": timing.median * 1e9 / Double(max(1, sites)),
    ]
    return entry
  }
}
