import Sites

/// What a profile says of one rulebook: what it holds, and what it took to build.
struct RulebookFigures: Encodable {
  /// `submanifold 1×3×3`.
  let name: String
  /// Number of the set of sites that it starts from, 0 for those of the input.
  let level: Int
  let sites: Int
  /// Sites over positions of the image.
  let occupancy: Double
  let pairs: Int
  let pairsPerOffset: [Int]
  /// How neighbours were looked up.
  let backend: String
  /// Wall-clock seconds, while a step computed beside it: median over the steps.
  let seconds: Double
  /// Of these, what no computation hid.
  let exposedSeconds: Double
  let hiddenSeconds: Double
  /// Wall-clock nanoseconds a site by each backend, alone on the machine: the best of three.
  let nanosecondsPerSite: [String: Double]

  /// All rulebooks of a plan, in the order they were built.
  ///
  /// Each one is built again by every backend.
  static func all(of measurement: NetworkMeasurement) throws -> [RulebookFigures] {
    guard let plan = measurement.plan else { return [] }
    var levels: [SiteSet] = []
    return try plan.entries.enumerated().map { index, entry in
      let input = entry.rulebook.inputSites
      if !levels.contains(where: { $0.hasSameSites(as: input) }) { levels.append(input) }
      return try RulebookFigures(
        entry.rulebook, index: plan.index,
        level: levels.firstIndex { $0.hasSameSites(as: input) } ?? 0,
        passes: measurement.training.compactMap { pass in
          index < pass.rulebooks.count ? (pass.rulebooks[index].time, pass.waiting) : nil
        })
    }
  }

  private init(
    _ rulebook: Rulebook, index: SiteIndexKind, level: Int,
    passes: [(time: TimeSpan, waiting: TimeSpan)]
  ) throws {
    let input = rulebook.inputSites
    name = "\(rulebook.form) \(rulebook.geometry)"
    self.level = level
    sites = input.count
    let positions = ([input.batchSize] + input.spatialSize).map(Double.init).reduce(1, *)
    occupancy = positions > 0 ? Double(input.count) / positions : 0
    pairs = rulebook.pairCount
    pairsPerOffset = rulebook.statistics.pairsPerOffset
    backend = Self.backend(rulebook, index).rawValue
    seconds = passes.map(\.time.seconds).median
    let exposed = passes.map { $0.time.overlap($0.waiting) }.median
    exposedSeconds = exposed
    hiddenSeconds = max(0, seconds - exposed)
    nanosecondsPerSite = try Dictionary(
      uniqueKeysWithValues: SiteIndexKind.allCases.map { kind in
        let best = try (0..<3).map { _ in try Self.seconds(rulebook, kind) }.min() ?? 0
        return (kind.rawValue, input.count == 0 ? 0 : best * 1e9 / Double(input.count))
      })
  }

  /// What found the pairs: the automatic index merges lines wherever the form allows it.
  private static func backend(_ rulebook: Rulebook, _ index: SiteIndexKind) -> SiteIndexKind {
    guard index == .automatic else { return index }
    switch rulebook.form {
    case .submanifold, .strided: return .sortedMerge
    case .full: return AutomaticIndex.kind(for: rulebook.inputSites)
    }
  }

  private static func seconds(_ rulebook: Rulebook, _ kind: SiteIndexKind) throws -> Double {
    let (sites, geometry) = (rulebook.inputSites, rulebook.geometry)
    return try ContinuousClock().measure {
      switch rulebook.form {
      case .submanifold: _ = try Rulebook.submanifold(sites, geometry, index: kind.type)
      case .strided: _ = try Rulebook.strided(sites, geometry, index: kind.type)
      case .full: _ = try Rulebook.full(sites, geometry, index: kind.type)
      }
    } / .seconds(1)
  }
}
