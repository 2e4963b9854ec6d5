/// Which events of a batch a rank gets.
///
/// Every rank knows the order of events, which follows from the seed, and takes its own share: no message
/// is needed.
struct EventShares: Sendable {
  /// The rank whose share this is.
  let rank: Int
  /// Number of ranks.
  let size: Int
  /// Whether ranks get as many voxels each as can be, and not as many events.
  let isBalanced: Bool

  init(rank: Int, of size: Int, isBalanced: Bool = false) {
    self.rank = rank
    self.size = size
    self.isBalanced = isBalanced
  }

  /// All events to the only rank.
  static let whole = EventShares(rank: 0, of: 1)

  /// The same shares, of another rank.
  func of(_ rank: Int) -> EventShares { EventShares(rank: rank, of: size, isBalanced: isBalanced) }

  /// The places in a batch of the events that this rank gets, in their order.
  ///
  /// - Parameters:
  ///   - count: events of the batch.
  ///   - voxels: how large the event of a place is; nothing where nobody knows, as of simulated ones.
  func places(
    of count: Int, voxels: (_ place: Int) throws(TaggerError) -> Int?
  ) throws(TaggerError) -> [Int] {
    guard size > 1 else { return Array(0..<count) }
    if isBalanced {
      var sizes: [Int] = []
      for place in 0..<count {
        guard let size = try voxels(place) else { break }
        sizes.append(size)
      }
      if sizes.count == count { return balanced(sizes) }
    }
    let (least, more) = count.quotientAndRemainder(dividingBy: size)
    let start = rank * least + min(rank, more)
    return Array(start..<start + least + (rank < more ? 1 : 0))
  }

  /// Largest events first, each to the rank with the least work so far.
  ///
  /// After Graham, "Bounds on multiprocessing timing anomalies" (1969): no rank then has more than 4/3 of
  /// the least that is possible for the one with the most.
  private func balanced(_ sizes: [Int]) -> [Int] {
    // An event takes time whatever its size: on the deeper levels, whose sites are nearly all pixels, as
    // much as a mean event takes for its own.
    let mean = sizes.reduce(0, +) / max(sizes.count, 1) + 1
    var loads = [Int](repeating: 0, count: size)
    var own: [Int] = []
    for place in sizes.indices.sorted(by: { (sizes[$1], $0) < (sizes[$0], $1) }) {
      var least = 0
      for other in 1..<size where loads[other] < loads[least] { least = other }
      loads[least] += sizes[place] + mean
      if least == rank { own.append(place) }
    }
    return own.sorted()
  }
}
