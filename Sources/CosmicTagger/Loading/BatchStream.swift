import Foundation

/// A rank's share of batches, each made into something on threads of its own while the previous ones are
/// used.
///
/// One thread reads, others do the rest of the work; what comes out is the same whatever their number, and
/// in the order of the batches.
final class BatchStream<Element: Sendable>: Sendable {
  private let batches: ReadAhead<Element>
  private let advance: @Sendable () throws(TaggerError) -> Void

  /// What is made of the events that one thread has read.
  typealias Work = @Sendable (UndecodedBatch) throws -> Element

  /// Starts on some batches of the order that a configuration gives all of them, of which this rank reads
  /// its share alone.
  ///
  /// - Parameters:
  ///   - firstEvent: number of the event that counts as the first.
  ///   - workers: threads beside the one that reads.
  init(
    _ configuration: DataConfiguration, _ numbers: Range<Int>, _ share: EventShares,
    firstEvent: Int = 0, workers: Int = EventLoader.defaultWorkers, _ work: @escaping Work
  ) {
    advance = {}
    batches = ReadAhead(workers: workers) {
      let source = try configuration.openSource()
      var order = EventOrder(eventCount: source.eventCount, configuration)
      order.skip(numbers.lowerBound)
      var remaining = numbers
      return {
        guard let position = remaining.popFirst() else { return nil }
        let numbers = order.next().map { $0 + firstEvent }
        let places = try share.places(of: numbers.count) { place throws(TaggerError) in
          try source.voxelCount(numbers[place])
        }
        let batch = UndecodedBatch(
          places.map { numbers[$0] }, places: places, of: source, position: position)
        return { try work(batch) }
      }
    }
  }

  /// Starts on this rank's share of some batches, which come to it as ranks were asked to have them.
  convenience init(
    _ data: DataConfiguration, _ numbers: Range<Int>, _ configuration: RankConfiguration,
    _ ranks: RankGroup, _ work: @escaping Work
  ) {
    let share = EventShares(
      rank: ranks.rank, of: ranks.size, isBalanced: configuration.balancesEvents)
    if configuration.distribution == .scatter, ranks.size > 1 {
      self.init(from: EventScatter(data, batches: numbers, share: share, ranks), work)
    } else {
      self.init(data, numbers, share, work)
    }
  }

  /// Starts on batches that another rank reads.
  private init(from scatter: EventScatter, _ work: @escaping Work) {
    // It belongs to the thread that asks for batches, as this does.
    nonisolated(unsafe) let scatter = scatter
    advance = { () throws(TaggerError) in try scatter.advance() }
    batches = ReadAhead(workers: EventLoader.defaultWorkers) { [parts = scatter.parts] in
      {
        guard let part = parts.next() else { return nil }
        return { try work(UndecodedBatch(part)) }
      }
    }
  }

  /// The next of them; nothing after the last one.
  ///
  /// - Throws: `TaggerError` when an event cannot be read or is not fit for use.
  func next() throws(TaggerError) -> Element? {
    try advance()
    do {
      return try batches.next()
    } catch {
      throw TaggerError(error)
    }
  }
}
