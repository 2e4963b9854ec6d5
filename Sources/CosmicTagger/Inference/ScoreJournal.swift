import Files
import Foundation

/// The scores of a run that is not complete, beside the file it writes: what has been computed is not
/// computed again when the run was interrupted.
///
/// `out.h5.progress` has a line of JSON that says which run it is of, then a record for each batch (see
/// `ScoreRecord`), in order. Records are appended as batches are scored, and are on the disk some seconds
/// later at most. What was being written when the run ended is recognised by its length and checksum,
/// and forgotten. The output itself has its own name only when it is complete, and the journal is
/// deleted after that: whenever the run ends, the same command goes on, or finds nothing left to do.
final class ScoreJournal {
  /// What identifies a run, by the names of options.
  typealias Identity = [String: String]

  /// The journal's file.
  let path: String
  /// Batches that are known from an earlier run.
  let knownBatches: Int

  private let lock: FileLock
  private let file: WrittenFile
  private var known: ScoreRecordReader?
  private var lastFlush = ContinuousClock.now
  private var isEmpty: Bool

  /// The longest time for which records may be lost when the machine fails.
  private static let flushInterval = Duration.seconds(5)

  private struct Header: Codable {
    var format = "cosmic-tagger-progress"
    var version = 1
    let identity: Identity
  }

  /// The journal of an output file.
  static func path(of output: String) -> String { "\(output).progress" }

  /// Opens the journal, and makes it where there is none.
  ///
  /// - Parameters:
  ///   - output: the file that the run writes.
  ///   - identity: what the run is: another one's journal is refused.
  ///   - restarts: whether a journal that is there is thrown away.
  /// - Throws: `TaggerError` when it cannot be written, when another run is writing the same output, or
  ///   when the journal is of another run.
  init(output: String, identity: Identity, restarts: Bool) throws {
    path = Self.path(of: output)
    lock = try Self.lock(path, of: output)
    isEmpty = true
    let found = restarts ? nil : try Self.read(path, identity, of: output)
    file = try WrittenFile(path, .append)
    if let found {
      try file.truncate(to: found.end)
      knownBatches = found.records
      isEmpty = false
      known = ScoreRecordReader(path, from: found.start, to: found.end)
    } else {
      knownBatches = 0
      try file.truncate(to: 0)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try file.write(encoder.encode(Header(identity: identity)) + Data("\n".utf8))
    }
    try file.flush()
  }

  private static func lock(_ path: String, of output: String) throws(TaggerError) -> FileLock {
    do throws(FileLock.Failure) {
      return try FileLock(path)
    } catch {
      switch error {
      case .held:
        throw TaggerError(
          .inputOutput,
          "\(output) is being written by another run: wait for its end, or choose another --output")
      case .unwritable(let reason):
        throw TaggerError(
          .inputOutput, "\(path) cannot be made (\(reason)): choose another --output")
      }
    }
  }

  private typealias Found = (start: Int, end: Int, records: Int)

  /// Where records begin and whole ones end; nothing where not even the first line is whole.
  private static func read(
    _ path: String, _ identity: Identity, of output: String
  ) throws -> Found? {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    let first = try handle.read(upToCount: 1 << 16) ?? Data()
    let end = first.firstIndex(of: UInt8(ascii: "\n"))
    // A first line that was cut short says nothing.
    guard let end else {
      if Data(beginning.utf8).starts(with: first.prefix(beginning.utf8.count)) { return nil }
      throw foreign(path)
    }
    guard let header = try? JSONDecoder().decode(Header.self, from: first[..<end]),
      header.format == Header(identity: [:]).format
    else { throw foreign(path) }
    let start = first.distance(from: first.startIndex, to: end) + 1
    let size = Int(try handle.seekToEnd())
    let reader = ScoreRecordReader(path, from: start, to: size)
    var records = 0
    while try reader.next() != nil { records += 1 }
    // What holds nothing keeps nobody from another run.
    guard records > 0 else { return nil }
    try check(header, identity, path, output)
    return (start, reader.position, records)
  }

  /// What every first line begins with: keys are in alphabetical order.
  private static let beginning = "{\"format\":\"\(Header(identity: [:]).format)\""

  private static func foreign(_ path: String) -> TaggerError {
    TaggerError(
      .badData, "\(path) is not what this program leaves there: remove it, or add --restart")
  }

  private static func check(
    _ header: Header, _ identity: Identity, _ path: String, _ output: String
  ) throws(TaggerError) {
    let remedy = "give what it was begun with, or add --restart to throw it away"
    guard header.version == Header(identity: [:]).version else {
      throw TaggerError(
        .badData, "\(path) is of version \(header.version) of its format: add --restart")
    }
    let names = Set(header.identity.keys).union(identity.keys).sorted()
    guard let other = names.first(where: { header.identity[$0] != identity[$0] }) else { return }
    let (then, now) = (header.identity[other] ?? "none", identity[other] ?? "none")
    throw TaggerError(
      .usage,
      "\(path) holds the progress of a run with another \(other) (\(then), now \(now)): \(remedy)")
  }

  /// The next batch of an earlier run; nothing after the last one.
  ///
  /// - Throws: `TaggerError` when the file has changed since it was opened.
  func nextKnown() throws -> ScoredBatch? {
    guard let reader = known else { return nil }
    if let batch = try reader.next() { return batch }
    known = nil
    return nil
  }

  /// Adds a batch.
  ///
  /// - Throws: `FileError` when it cannot be written.
  func append(_ batch: ScoredBatch) throws {
    isEmpty = false
    try file.write(ScoreRecord.bytes(of: batch))
    if ContinuousClock.now - lastFlush > Self.flushInterval { try flush() }
  }

  /// Brings all batches to the disk.
  func flush() throws(FileError) {
    try file.flush()
    lastFlush = .now
  }

  /// Deletes the journal: what it was kept for is done.
  func remove() { unlink(path) }

  deinit {
    if isEmpty { remove() }
  }
}
