/// The processes that train one network together, as a layer or a loss sees them.
///
/// Each has a part of the batch. What is averaged over the whole batch is averaged over all of them, so
/// that the network learns what one process would have taught it.
public protocol Ranks: AnyObject {
  /// Number of processes.
  var size: Int { get }

  /// Replaces each value by its sum over all ranks.
  ///
  /// Every rank calls it with as many values, and at the same place. Values are added in the order of the
  /// ranks, so that all of them get the same bits, every time.
  func sum(_ values: inout [Double])
}
