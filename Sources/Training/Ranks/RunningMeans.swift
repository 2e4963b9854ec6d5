import Autodiff
import Distributed
import Tensors

/// Makes running statistics the mean over the ranks that have followed their own part of the batch.
///
/// They follow linearly: the mean of what ranks have is what one would have that follows the mean of
/// their batches. So every rank has the same network after every step. A rank without any site has
/// followed nothing, and does not count.
final class RunningMeans {
  private let statistics: [Tensor]
  private let sum: PendingSum
  /// The means of what a network keeps for itself.
  init(_ network: any Module, over communicator: any Communicator) {
    var seen: Set<ObjectIdentifier> = []
    statistics = network.namedParameters.map(\.parameter)
      .filter { !$0.isTrained && seen.insert(ObjectIdentifier($0)).inserted }.map(\.value)
    // And one for the number of ranks that count.
    sum = PendingSum(count: 1 + statistics.reduce(0) { $0 + $1.count }, over: communicator)
  }

  /// Takes the means.
  ///
  /// - Parameter counts: whether this rank has followed anything.
  func take(counting counts: Bool) {
    sum.begin { values in
      values[0] = counts ? 1 : 0
      var target = values + 1
      for tensor in statistics {
        for index in 0..<tensor.count { target[index] = counts ? tensor.values[index] : 0 }
        target += tensor.count
      }
    }
    let total = sum.finish()
    guard total[0] > 0 else { return }
    var sums = total + 1
    for tensor in statistics {
      for index in 0..<tensor.count { tensor.values[index] = sums[index] / total[0] }
      sums += tensor.count
    }
  }
}
