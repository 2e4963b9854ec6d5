import Synchronization

/// All site sets and rulebooks that a network needs for one batch.
///
/// A plan is a pure function of the input's sites and the network's layers, so it is built ahead,
/// on the loader's side, by letting the network run over coordinates alone. Layers then ask it for
/// rulebooks by sites and filter; nobody names cache keys. What it has not got yet it builds on
/// demand, so that layers can also be used one by one.
///
/// A plan keeps every rulebook it was ever asked for, so that a batch that comes again in another
/// epoch finds its own. Sites that follow from values are others in every step: layers give what
/// they make on such sites to a plan of the step (`holding(_:)`), which goes when the step ends, and
/// memory does not grow from epoch to epoch.
///
/// Calls are safe from any thread.
public final class Plan: Sendable {
  /// The sites the plan was made for.
  public let sites: SiteSet

  /// How rulebooks look up sites: a matter of time and memory, never of what they say.
  public let index: SiteIndexKind

  private let state = Mutex(State())

  /// One rulebook and what it took to build it.
  public struct Entry: Sendable {
    /// The rulebook.
    public let rulebook: Rulebook
    /// When its construction began.
    public let start: ContinuousClock.Instant
    /// Wall-clock seconds of its construction.
    public let seconds: Double
  }

  private struct State {
    var rulebooks: [Key: Entry] = [:]
    var order: [Key] = []
    var waysBack: [WayBack: Rulebook] = [:]
  }

  /// What two site sets have in common exactly where `hasSameSites(as:)` takes them as equal.
  private struct SitesKey: Hashable {
    let packing: SitePacking
    let count: Int
    let digest: UInt64

    init(_ sites: SiteSet) {
      packing = sites.packing
      count = sites.count
      digest = sites.digest
    }
  }

  private struct WayBack: Hashable {
    let coarse: SitesKey
    let geometry: FilterGeometry
  }

  private struct Key: Hashable {
    let form: RulebookForm
    let input: SitesKey
    /// Given output sites; nothing where the rulebook makes its own.
    var target: SitesKey?
    let geometry: FilterGeometry

    init(_ form: RulebookForm, _ sites: SiteSet, _ geometry: FilterGeometry) {
      self.form = form
      input = SitesKey(sites)
      self.geometry = geometry
    }

    /// Whether output sites may be others than the input's, so that there is a way back.
    var isInvertible: Bool { form != .submanifold || target != nil }
  }

  /// An empty plan for these sites.
  public init(_ sites: SiteSet, index: SiteIndexKind = .automatic) {
    self.sites = sites
    self.index = index
  }

  /// The rulebook of a submanifold convolution on `sites`.
  ///
  /// - Throws: `SiteError` when filter and sites do not fit.
  public func submanifold(
    _ sites: SiteSet, _ geometry: FilterGeometry
  ) throws(SiteError) -> Rulebook {
    try rulebook(Key(.submanifold, sites, geometry)) { () throws(SiteError) in
      try Rulebook.submanifold(sites, geometry, index: index.type)
    }
  }

  /// The rulebook of a strided convolution or pooling from `sites` to its new output sites.
  ///
  /// - Throws: `SiteError` when the filter does not divide the spatial size.
  public func strided(
    _ sites: SiteSet, _ geometry: FilterGeometry
  ) throws(SiteError) -> Rulebook {
    try rulebook(Key(.strided, sites, geometry)) { () throws(SiteError) in
      try Rulebook.strided(sites, geometry, index: index.type)
    }
  }

  /// The rulebook of a full convolution from `sites` to its new, grown output sites.
  ///
  /// - Throws: `SiteError` when the output image is too large, or filter and sites do not fit.
  public func full(
    _ sites: SiteSet, _ geometry: FilterGeometry
  ) throws(SiteError) -> Rulebook {
    try rulebook(Key(.full, sites, geometry)) { () throws(SiteError) in
      try Rulebook.full(sites, geometry, index: index.type)
    }
  }

  /// The rulebook of a convolution from `sites` onto given output sites.
  ///
  /// - Throws: `SiteError` when filter and sites do not fit, or when the targets are of another
  ///   batch or spatial size than the form makes.
  public func onto(
    _ targets: SiteSet, from sites: SiteSet, _ geometry: FilterGeometry, form: RulebookForm
  ) throws(SiteError) -> Rulebook {
    var key = Key(form, sites, geometry)
    key.target = SitesKey(targets)
    return try rulebook(key) { () throws(SiteError) in
      try Rulebook.onto(targets, from: sites, geometry, form: form, index: index.type)
    }
  }

  /// The rulebook whose output is `coarse`, by which an inverse operator goes back to the sites it
  /// came from: a strided or full one, or one onto given sites.
  ///
  /// Layers ask this only for features that entered the network on `coarse`; others know their own
  /// way (`Descent`). The first answer stays the answer, whatever rulebooks join the plan later.
  ///
  /// - Throws: `SiteError` when no such convolution or pooling is in the plan, or when several are
  ///   whose input sites differ.
  public func inverse(
    of coarse: SiteSet, _ geometry: FilterGeometry
  ) throws(SiteError) -> Rulebook {
    try geometry.check(spatialSize: coarse.spatialSize)
    let way = WayBack(coarse: SitesKey(coarse), geometry: geometry)
    let (known, candidates) = state.withLock { state in
      if let known = state.waysBack[way] { return (Rulebook?.some(known), [Rulebook]()) }
      let candidates = state.order.filter { $0.isInvertible && $0.geometry == geometry }
        .compactMap { state.rulebooks[$0]?.rulebook }
        .filter { $0.outputSites.hasSameSites(as: coarse) }
      return (nil, candidates)
    }
    if let known { return known }
    guard let rulebook = candidates.first else {
      throw SiteError.nothingToInvert(filter: geometry, spatialSize: coarse.spatialSize)
    }
    guard candidates.allSatisfy({ $0.inputSites.hasSameSites(as: rulebook.inputSites) }) else {
      throw SiteError.ambiguousInverse(
        filter: geometry, spatialSize: coarse.spatialSize, candidates: candidates.count)
    }
    return state.withLock { state in
      let first = state.waysBack[way] ?? rulebook
      state.waysBack[way] = first
      return first
    }
  }

  /// This plan, if the sites are its own or those of a rulebook it holds; a new one for them else.
  ///
  /// Layers whose output sites may follow from values continue with it, so that a plan that is kept
  /// over epochs is not filled with sites that never come again.
  package func holding(_ sites: SiteSet) -> Plan {
    let isKnown =
      sites.hasSameSites(as: self.sites)
      || entries.contains {
        $0.rulebook.inputSites.hasSameSites(as: sites)
          || $0.rulebook.outputSites.hasSameSites(as: sites)
      }
    return isKnown ? self : Plan(sites, index: index)
  }

  /// All rulebooks, in the order they were first asked for.
  public var entries: [Entry] {
    state.withLock { state in state.order.compactMap { state.rulebooks[$0] } }
  }

  private func rulebook(
    _ key: Key, _ build: () throws(SiteError) -> Rulebook
  ) throws(SiteError) -> Rulebook {
    if let known = state.withLock({ $0.rulebooks[key] }) { return known.rulebook }
    let start = ContinuousClock.now
    let rulebook = try build()
    let entry = Entry(
      rulebook: rulebook, start: start, seconds: (ContinuousClock.now - start) / .seconds(1))
    state.withLock { state in
      if state.rulebooks.updateValue(entry, forKey: key) == nil { state.order.append(key) }
    }
    return rulebook
  }
}
