import Tensors
import Training

/// How the processes of a run share its work.
public struct RankConfiguration: Equatable, Sendable {
  /// How events come to ranks.
  public enum Distribution: String, CaseIterable, Sendable {
    /// Each rank reads its own.
    case shard
    /// The last rank reads all, and sends each its own: the way of 2019.
    case scatter
  }

  /// Whether there may be several.
  public var isDistributed = false
  /// How events come to ranks.
  public var distribution = Distribution.shard
  /// Whether ranks get as many voxels each as can be, and not as many events.
  public var balancesEvents = false
  /// Whether batch normalisation takes mean and variance over the sites of all ranks.
  public var sharesStatistics = false
  /// What gradients are rounded to on their way to other ranks.
  public var gradientPrecision = Precision.float32
  /// How the learning rate grows with the number of ranks.
  public var scaling = RankScaling.none

  /// Each process by itself.
  public init() {}

  /// Checks that options go together.
  ///
  /// - Throws: `TaggerError` for wrong usage.
  func validate(_ data: DataConfiguration) throws(TaggerError) {
    guard !(balancesEvents && data.isolatesReader && distribution == .shard) else {
      throw TaggerError(
        .usage,
        "--balance has to know the size of events before they are read, which --isolate-reader does not "
          + "tell: leave one of them out, or give --distribute scatter")
    }
    guard !isDistributed else { return }
    let ofRanks = RankConfiguration()
    let isDefault = [
      "--distribute": distribution == ofRanks.distribution,
      "--balance": balancesEvents == ofRanks.balancesEvents,
      "--sync-batch-norm": sharesStatistics == ofRanks.sharesStatistics,
      "--gradient-precision": gradientPrecision == ofRanks.gradientPrecision,
    ]
    if let option = isDefault.filter({ !$0.value }).keys.min() {
      throw TaggerError(.usage, "\(option) is for several processes: give --distributed with it")
    }
  }

  /// What decides the numbers of a run, by the names of options.
  func settings(_ size: Int) -> [String: String] {
    [
      "ranks": "\(size)", "balance": "\(balancesEvents)",
      "sync-batch-norm": "\(sharesStatistics)",
      "gradient-precision": gradientPrecision.rawValue, "rank-scaling": scaling.rawValue,
    ]
  }
}
