import Autodiff
import Sites
import Tensors

/// Features on sites: what flows between sparse layers.
public struct SparseTensor: LayerFeatures {
  /// The active sites; row `r` of the features belongs to site `r`.
  public let sites: SiteSet

  /// The features, `[sites, channels]`.
  public let features: Variable

  /// Where layers find their rulebooks.
  public let plan: Plan

  /// The rulebooks by which the features came to their sites, and inverse operators go back.
  let descent: Descent?

  /// The tape of the step.
  public var tape: Tape { features.tape }

  /// Number of sites.
  public var rows: Int { sites.count }

  /// Number of channels.
  public var channels: Int { features.channels }

  /// Number of positions along each axis.
  public var spatialSize: [Int] { sites.spatialSize }

  /// All values: every site counts.
  public func countingValues() -> Tensor? {
    tape.purpose == .planning ? nil : features.value
  }

  init(sites: SiteSet, features: Variable, plan: Plan, descent: Descent? = nil) {
    precondition(features.rows == sites.count, "features have a row for each site")
    self.sites = sites
    self.features = features
    self.plan = plan
    self.descent = descent
  }

  /// The input of a network.
  ///
  /// - Parameters:
  ///   - features: `[sites, channels]`, rows in the order of the plan's sites.
  ///   - plan: the plan made for these sites, filled ahead or not.
  ///   - needsGradient: whether the backward pass should reach the input.
  /// - Throws: `LayerError` when features and sites differ in number.
  public init(
    _ features: Tensor, plan: Plan, tape: Tape, needsGradient: Bool = false
  ) throws(LayerError) {
    guard features.rows == plan.sites.count else {
      throw LayerError.featureRows(features.rows, sites: plan.sites.count)
    }
    self.init(
      sites: plan.sites, features: tape.variable(features, needsGradient: needsGradient),
      plan: plan)
  }

  /// The input of a network that is only being planned.
  ///
  /// - Parameter trace: where layers note what they do, if anybody asks.
  public init(planning plan: Plan, channels: Int, trace: Trace? = nil) {
    let tape = Tape(.planning)
    tape.trace = trace
    self.init(
      sites: plan.sites, features: tape.placeholder(rows: plan.sites.count, channels: channels),
      plan: plan)
  }

  /// Other features on the same sites: what a layer of one's own returns.
  ///
  /// The features come from `Tape.record`, which also takes the pullback; the documentation's page
  /// has an example.
  ///
  /// - Throws: `LayerError` when there is not one row for each site.
  public func replacing(_ features: Variable) throws(LayerError) -> SparseTensor {
    guard features.rows == sites.count else {
      throw LayerError.featureRows(features.rows, sites: sites.count)
    }
    return with(features)
  }

  /// The same values on the same sites, behind which no gradient goes.
  public func detached() -> SparseTensor { with(features.detached()) }

  /// Features on other sites of the same batch, such as a coarser level's.
  ///
  /// - Throws: `LayerError` when there is not one row for each site.
  public func replacing(_ features: Variable, on sites: SiteSet) throws(LayerError) -> SparseTensor
  {
    guard features.rows == sites.count else {
      throw LayerError.featureRows(features.rows, sites: sites.count)
    }
    return SparseTensor(sites: sites, features: features, plan: plan)
  }

  /// The same plan and other features on the same sites.
  func with(_ features: Variable) -> SparseTensor {
    SparseTensor(sites: sites, features: features, plan: plan, descent: descent)
  }

  /// Features that came along a rulebook to its output sites.
  func moved(along rulebook: Rulebook, _ features: Variable) -> SparseTensor {
    SparseTensor(
      sites: rulebook.outputSites, features: features, plan: plan,
      descent: Descent(rulebook, after: descent))
  }

  /// Goes back along the rulebook by which the features came to their sites.
  ///
  /// Features that entered the network on these sites have no way of their own; for them the plan
  /// may hold the one rulebook that leads there.
  ///
  /// - Parameter features: makes the features on the finer sites, the rulebook's input.
  /// - Throws: `SiteError` when nothing of this filter made the sites, or when the plan has to say
  ///   and holds several rulebooks from different sites.
  func movedBack(
    _ geometry: FilterGeometry, _ features: (Rulebook) -> Variable
  ) throws(SiteError) -> SparseTensor {
    try geometry.check(spatialSize: sites.spatialSize)
    let step = descent?.step(to: sites, geometry)
    let rulebook =
      if let step { step.rulebook } else { try plan.inverse(of: sites, geometry) }
    return SparseTensor(
      sites: rulebook.inputSites, features: features(rulebook), plan: plan,
      descent: step?.earlier)
  }
}
