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

  /// A batch whose groups are the coordinates of the first axis of the sites.
  public init(plan: Plan, features: [Float], labels: [UInt8]) {
    precondition(labels.count == plan.sites.count, "every site has a label")
    let packing = plan.sites.packing
    precondition(packing.spatialSize[0] <= 256, "groups are counted in a byte")
    self.plan = plan
    self.features = features
    self.labels = labels
    groups = plan.sites.keys.map { UInt8(packing.coordinate(of: $0, axis: 0)) }
    groupCount = packing.spatialSize[0]
  }
}
