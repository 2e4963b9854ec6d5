import Autodiff
import Layers
import Sites

/// A batch to train on: sites with their plan, features and true classes.
public struct LabelledSites: Sendable {
  /// The plan of the network for these sites; its `sites` are the batch's.
  public let plan: Plan

  /// `[sites × channels]`, row by row.
  public let features: [Float]

  /// The true class of each site, below `classes`.
  public let labels: [UInt8]

  /// Number of classes, including any without sites: the channels of a network's scores.
  public let classes: Int

  /// The group of each site, below `groupCount`: what losses and metrics take apart, as
  /// CosmicTagger's wire planes or the parts of a detector.
  public let groups: [Int32]

  /// Number of groups, including any without sites.
  public let groupCount: Int

  /// Number of sites.
  public var count: Int { labels.count }

  /// Number of features of each site.
  public let channels: Int

  /// A batch.
  ///
  /// ```swift
  /// let batch = try LabelledSites(plan: plan, features: charges, labels: labels, classes: 3)
  /// ```
  ///
  /// - Parameters:
  ///   - features: `[sites × channels]`, row by row in the order of the plan's sites.
  ///   - labels: the class of each site, below `classes`.
  ///   - classes: 1 to 256.
  ///   - groups: the group of each site, below `groupCount`; by default all are in the first.
  /// - Throws: `TrainingError` when features, labels or groups do not belong to the sites, or when a
  ///   label is no class or a group is not there.
  public init(
    plan: Plan, features: [Float], channels: Int = 1, labels: [UInt8], classes: Int,
    groups: [Int32]? = nil, groupCount: Int = 1
  ) throws(TrainingError) {
    let sites = plan.sites
    guard labels.count == sites.count, features.count == sites.count * channels else {
      throw TrainingError.featureCount(
        labels: labels.count, features: features.count, sites: sites.count, channels: channels)
    }
    guard (1...256).contains(classes) else { throw TrainingError.classes(classes) }
    if let label = labels.first(where: { $0 >= classes }) {
      throw TrainingError.label(Int(label), classes: classes)
    }
    let groups = groups ?? [Int32](repeating: 0, count: sites.count)
    guard groups.count == sites.count, groupCount >= 1 else {
      throw TrainingError.groups(groups.count, groupCount: groupCount, sites: sites.count)
    }
    if let group = groups.first(where: { $0 < 0 || $0 >= groupCount }) {
      throw TrainingError.group(Int(group), groupCount: groupCount)
    }
    self.plan = plan
    self.features = features
    self.channels = channels
    self.labels = labels
    self.classes = classes
    self.groups = groups
    self.groupCount = groupCount
  }
}

extension LabelledSites {
  /// The sites with their features, in memory of a tape's step: what a network is given.
  ///
  /// - Throws: `LayerError` when features and plan do not belong together.
  package func input(on tape: Tape) throws -> SparseTensor {
    let tensor = tape.compute.arena.tensor(rows: count, channels: channels)
    features.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { tensor.values.update(from: base, count: source.count) }
    }
    return try SparseTensor(tensor, plan: plan, tape: tape)
  }
}
