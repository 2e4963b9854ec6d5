import CZlib
import Foundation
import Training

/// A batch in a journal: six 64-bit numbers, then the confusions and the scores, all little-endian.
///
///     format, sites' digest, rows, events, planes, CRC-32 of all else
///     confusions   events × planes × 9 32-bit counts, by label and then by prediction
///     scores       rows × 3 32-bit floats
enum ScoreRecord {
  fileprivate static let format: UInt64 = 0x3164_726f_6365_5253
  fileprivate static let headBytes = 48

  private static var countsPerImage: Int { ScoredBatch.classes * ScoredBatch.classes }

  /// The bytes of a batch.
  static func bytes(of batch: ScoredBatch) -> [UInt8] {
    let counts = batch.confusions.joined().flatMap { $0.counts.map { UInt32($0).littleEndian } }
    let scores = batch.scores.map { $0.bitPattern.littleEndian }
    let payload = counts.withUnsafeBytes { Array($0) } + scores.withUnsafeBytes { Array($0) }
    let head: [UInt64] = [
      format, batch.digest, UInt64(batch.scores.count / ScoredBatch.classes),
      UInt64(batch.confusions.count), UInt64(batch.confusions.first?.count ?? 0),
    ]
    let numbers = head.map(\.littleEndian).withUnsafeBytes { Array($0) }
    let code = checksum(numbers, payload).littleEndian
    return numbers + withUnsafeBytes(of: code) { Array($0) } + payload
  }

  /// The batch of its bytes; nothing for bytes of another kind, or not whole.
  static func batch(_ bytes: [UInt8]) -> ScoredBatch? {
    guard bytes.count >= headBytes else { return nil }
    let (first, payload) = (bytes.prefix(headBytes), Array(bytes.dropFirst(headBytes)))
    let head = numbers(first)
    guard payloadBytes(ofHead: head, most: payload.count) == payload.count,
      checksum(first.dropLast(8), payload) == head[5]
    else { return nil }
    return batch(head, payload)
  }

  /// The numbers of a head.
  fileprivate static func numbers(_ head: some Sequence<UInt8>) -> [UInt64] {
    Array(head).withUnsafeBytes { bytes in
      (0..<headBytes / 8).map {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
      }
    }
  }

  fileprivate static func checksum(_ head: some Collection<UInt8>, _ payload: [UInt8]) -> UInt64 {
    let start = Array(head).withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
    return UInt64(payload.withUnsafeBufferPointer { crc32_z(start, $0.baseAddress, $0.count) })
  }

  /// What follows a head; nothing for one that is none.
  fileprivate static func payloadBytes(ofHead head: [UInt64], most: Int) -> Int? {
    guard head[0] == format, head[2...4].allSatisfy({ $0 <= UInt64(most) }) else { return nil }
    let (rows, events, planes) = (Int(head[2]), Int(head[3]), Int(head[4]))
    let (images, isTooMuch) = events.multipliedReportingOverflow(by: planes)
    guard !isTooMuch, images <= most, rows <= most else { return nil }
    let bytes = 4 * (images * countsPerImage + rows * ScoredBatch.classes)
    return bytes <= most ? bytes : nil
  }

  /// The batch of a head and its payload.
  fileprivate static func batch(_ head: [UInt64], _ payload: [UInt8]) -> ScoredBatch {
    let (events, planes) = (Int(head[3]), Int(head[4]))
    let words = payload.withUnsafeBytes { bytes in
      (0..<payload.count / 4).map {
        UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }
    let confusions = (0..<events).map { event in
      (0..<planes).map { plane in
        let first = (event * planes + plane) * countsPerImage
        return confusion(words[first..<first + countsPerImage])
      }
    }
    let scores = words.dropFirst(events * planes * countsPerImage)
    return ScoredBatch(
      digest: head[1], scores: scores.map { Float(bitPattern: $0) }, confusions: confusions)
  }

  private static func confusion(_ counts: ArraySlice<UInt32>) -> Confusion {
    var confusion = Confusion(classes: ScoredBatch.classes)
    for (index, count) in counts.enumerated() {
      for _ in 0..<count {
        confusion.add(
          label: index / ScoredBatch.classes, prediction: index % ScoredBatch.classes)
      }
    }
    return confusion
  }
}

/// Reads the records of a journal one after the other.
final class ScoreRecordReader {
  /// Where the record begins that comes next, in bytes of the file.
  private(set) var position: Int

  private let end: Int
  private let handle: FileHandle?

  /// A reader of a part of a file.
  init(_ path: String, from start: Int, to end: Int) {
    position = start
    self.end = end
    handle = FileHandle(forReadingAtPath: path)
    try? handle?.seek(toOffset: UInt64(start))
  }

  /// The next record; nothing at the end, and where what follows is not whole.
  func next() throws -> ScoredBatch? {
    guard let bytes = try read(ScoreRecord.headBytes, from: position) else { return nil }
    let head = ScoreRecord.numbers(bytes)
    let start = position + ScoreRecord.headBytes
    guard let count = ScoreRecord.payloadBytes(ofHead: head, most: end - start),
      let payload = try read(count, from: start),
      ScoreRecord.checksum(bytes.dropLast(8), payload) == head[5]
    else { return nil }
    position = start + count
    return ScoreRecord.batch(head, payload)
  }

  private func read(_ count: Int, from start: Int) throws -> [UInt8]? {
    guard start + count <= end, count > 0 || start <= end else { return nil }
    guard count > 0 else { return [] }
    guard let bytes = try handle?.read(upToCount: count), bytes.count == count else { return nil }
    return Array(bytes)
  }

  deinit { try? handle?.close() }
}
