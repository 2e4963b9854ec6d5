import Foundation

/// Ranks score the batches of a file in rounds, each rank one of a round; the first takes what all found,
/// in the order of the file, and writes it.
final class ScoringRounds {
  private let ranks: RankGroup
  /// Batches that need no scoring.
  private let known: Int
  private let count: Int
  private let stop: StopRequest?
  private var arrived: [Int: ScoredBatch] = [:]

  /// Rounds of all batches but those that the first rank knows.
  ///
  /// - Parameter count: batches in all.
  init(_ ranks: RankGroup, known: Int, of count: Int, stop: StopRequest?) {
    self.ranks = ranks
    self.known = known
    self.count = count
    self.stop = stop
  }

  /// Whether there are other ranks.
  var areShared: Bool { ranks.size > 1 }

  /// Whether this rank scores a batch.
  var isOwn: @Sendable (_ batch: Int) -> Bool {
    { [known, rank = ranks.rank, size = ranks.size] batch in
      batch >= known && (batch - known) % size == rank
    }
  }

  /// What the network says of a batch, for the first rank, which asks for each in turn.
  ///
  /// - Parameters:
  ///   - kept: what is kept where somebody asks to stop, said after it is.
  ///   - score: scores a batch of the first rank's own.
  /// - Throws: `TaggerError` on all ranks when one cannot score, or when somebody asks to stop.
  func scored(
    _ batch: Int, kept: () throws -> String, _ score: () throws -> ScoredBatch
  ) throws -> ScoredBatch {
    if let found = arrived.removeValue(forKey: batch) { return found }
    if ranks.size > 1, let signal = ranks.anybodysSignal(stop) {
      throw TaggerError(agreed: TaggerError.Kind(signal: signal), try kept())
    }
    for (rank, found) in try round(score).enumerated() { arrived[batch + rank] = found }
    guard let own = arrived.removeValue(forKey: batch) else {
      preconditionFailure("the first rank has scored its own batch")
    }
    return own
  }

  /// Scores this rank's batches, for all ranks but the first.
  ///
  /// - Parameter score: scores this rank's next batch; nothing after its last.
  /// - Throws: `TaggerError` on all ranks when one cannot score, or when somebody asks to stop.
  func follow(_ score: () throws -> ScoredBatch?) throws {
    for _ in stride(from: known, to: count, by: ranks.size) {
      if let signal = ranks.anybodysSignal(stop) {
        throw TaggerError(agreed: TaggerError.Kind(signal: signal), "")
      }
      _ = try round(score)
    }
  }

  /// One batch of each rank; in the last round some have none.
  private func round(_ score: () throws -> ScoredBatch?) throws -> [ScoredBatch] {
    let own = try ranks.agreed(score)
    guard ranks.size > 1 else { return own.map { [$0] } ?? [] }
    let bytes = ranks.communicator.gather(own.map(ScoreRecord.bytes) ?? [])
    return try bytes.filter { !$0.isEmpty }.map { bytes in
      guard let batch = ScoreRecord.batch(bytes) else {
        throw TaggerError(.software, "scores of another rank are not whole")
      }
      return batch
    }
  }
}
