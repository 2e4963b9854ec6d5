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

  /// The tape of the step.
  public var tape: Tape { features.tape }

  /// Number of sites.
  public var rows: Int { sites.count }

  /// Number of channels.
  public var channels: Int { features.channels }

  /// Number of positions along each axis.
  public var spatialSize: [Int] { sites.spatialSize }

  init(sites: SiteSet, features: Variable, plan: Plan) {
    precondition(features.rows == sites.count, "features have a row for each site")
    self.sites = sites
    self.features = features
    self.plan = plan
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

  /// The same plan and other features on the same sites.
  func with(_ features: Variable) -> SparseTensor {
    SparseTensor(sites: sites, features: features, plan: plan)
  }
}
