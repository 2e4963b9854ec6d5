import Distributed
import Tensors

/// How several processes train one network together: each computes its part of the batch.
public struct SharedTraining {
  /// The processes.
  public var communicator: any Communicator

  /// Whether batch normalisation takes mean and variance over the sites of all ranks; otherwise each
  /// takes its own, and running statistics are the mean over ranks.
  public var sharesStatistics: Bool

  /// What gradients are rounded to on their way to the others.
  public var gradientPrecision: Precision

  /// Training together with others.
  public init(
    over communicator: any Communicator, sharesStatistics: Bool = false,
    gradientPrecision: Precision = .float32
  ) {
    self.communicator = communicator
    self.sharesStatistics = sharesStatistics
    self.gradientPrecision = gradientPrecision
  }
}

/// Sums over ranks, and how long they took.
final class TimedRanks: Ranks {
  private let ranks: any Ranks
  /// Seconds so far, for others and for messages.
  var seconds = 0.0

  init(_ ranks: any Ranks) { self.ranks = ranks }

  var size: Int { ranks.size }

  func sum(_ values: inout [Double]) {
    var clock = Stopwatch()
    ranks.sum(&values)
    seconds += clock.lap()
  }
}
