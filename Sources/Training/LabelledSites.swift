import Sites

/// A batch to train on: sites with their plan, features and true classes.
public struct LabelledSites: Sendable {
  /// The plan of the network for these sites; its `sites` are the batch's.
  public let plan: Plan

  /// `[sites × channels]`, row by row.
  public let features: [Float]

  /// The true class of each site.
  public let labels: [UInt8]

  /// The group (for CosmicTagger: the wire plane) of each site, by which losses and metrics are
  /// taken apart; below `groupCount`.
  public let groups: [UInt8]

  /// Number of groups, including any without sites.
  public let groupCount: Int

  /// Number of sites.
  public var count: Int { labels.count }

  /// Number of features of each site.
  public let channels: Int

  /// A batch whose groups are the coordinates of the first axis of the sites.
  ///
  /// - Parameters:
  ///   - features: `[sites × channels]`, row by row in the order of the plan's sites.
  ///   - labels: the class of each site, below `classes`.
  /// - Throws: `TrainingError` when features or labels do not belong to the sites, when a label is
  ///   no class, or when there are more groups than a byte can number.
  public init(
    plan: Plan, features: [Float], channels: Int = 1, labels: [UInt8], classes: Int
  ) throws(TrainingError) {
    let sites = plan.sites
    guard labels.count == sites.count, features.count == sites.count * channels else {
      throw TrainingError.featureCount(
        labels: labels.count, features: features.count, sites: sites.count, channels: channels)
    }
    if let label = labels.first(where: { $0 >= classes }) {
      throw TrainingError.label(Int(label), classes: classes)
    }
    guard sites.spatialSize[0] <= 256 else {
      throw TrainingError.tooManyGroups(sites.spatialSize[0])
    }
    self.plan = plan
    self.features = features
    self.channels = channels
    self.labels = labels
    groups = sites.keys.map { UInt8(sites.packing.coordinate(of: $0, axis: 0)) }
    groupCount = sites.spatialSize[0]
  }
}
