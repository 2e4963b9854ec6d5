import Synchronization

/// The active sites of a batch: sorted packed keys, one row each.
///
/// Row `r` of every feature tensor on these sites belongs to `keys[r]`. Rows are sorted by (event,
/// coordinates), so each event is one range of rows, equal sets have equal digests whatever order
/// their coordinates came in, and results do not depend on a hash map's order. Site sets are
/// immutable and may be shared between threads. A set without sites is an ordinary set.
public final class SiteSet: Sendable {
  /// How keys encode the event and coordinates.
  public let packing: SitePacking

  /// The keys of all sites, strictly ascending.
  public let keys: [UInt64]

  /// For each event of the batch, its rows; empty for an event without sites.
  public let eventRows: [Range<Int>]

  /// A 64-bit fingerprint of dimension, sizes, count and keys.
  ///
  /// Two sets of the same packing, count and digest are taken as equal (`hasSameSites(as:)`).
  public let digest: UInt64

  private let knownLines = Mutex<SiteLines?>(nil)

  /// The lines of the image that have sites, found when first asked for.
  var lines: SiteLines {
    if let known = knownLines.withLock({ $0 }) { return known }
    let lines = SiteLines(keys, packing)
    knownLines.withLock { $0 = lines }
    return lines
  }

  /// Number of sites.
  public var count: Int { keys.count }

  /// Number of events.
  public var batchSize: Int { packing.batchSize }

  /// Number of positions along each axis.
  public var spatialSize: [Int] { packing.spatialSize }

  /// Takes keys that are sorted already.
  ///
  /// - Throws: `SiteError` when keys are not strictly ascending (a duplicate, or disorder), when one
  ///   is outside the sizes, or when there are more rows than a 32-bit row number can count.
  public convenience init(packing: SitePacking, sortedKeys keys: [UInt64]) throws(SiteError) {
    try SiteSet.check(keys, packing)
    self.init(packing: packing, checkedKeys: keys)
  }

  /// Takes keys that are known to ascend strictly, to be inside the sizes and to be countable: those
  /// that a rulebook made of other sites.
  init(packing: SitePacking, checkedKeys keys: [UInt64]) {
    self.packing = packing
    self.keys = keys
    eventRows = SiteSet.eventRows(keys, packing)
    digest = SiteSet.digest(keys, packing)
    checkInvariants()
  }

  /// The coordinates of a row, first axis first, for tests and printing.
  public func coordinates(row: Int) -> [Int] {
    packing.coordinates(of: keys[row])
  }

  /// Whether two sets have the same sizes and sites.
  public func hasSameSites(as other: SiteSet) -> Bool {
    self === other || (digest == other.digest && count == other.count && packing == other.packing)
  }

  /// Makes sure that so many rows can be numbered: row numbers are 32 bits wide everywhere.
  ///
  /// - Throws: `SiteError` for more.
  public static func checkRowCount(_ count: Int) throws(SiteError) {
    guard count < Int(Int32.max) else {
      throw SiteError.tooManySites(count)
    }
  }

  private static func check(_ keys: [UInt64], _ packing: SitePacking) throws(SiteError) {
    try checkRowCount(keys.count)
    guard !areFine(keys, packing) else { return }
    var previous: UInt64?
    for (row, key) in keys.enumerated() {
      guard packing.holds(key) else {
        throw SiteError.keyOutside(row: row, spatialSize: packing.spatialSize)
      }
      if let previous, previous >= key {
        let place = packing.coordinates(of: key)
        throw previous == key
          ? SiteError.duplicate(place: place, event: packing.event(of: key))
          : SiteError.unsorted(place: place, row: row)
      }
      previous = key
    }
  }

  /// Whether keys ascend and are inside the sizes, all in all: what is wrong costs a second look.
  ///
  /// Each condition is the sign of a difference, so that no key needs a branch.
  private static func areFine(_ keys: [UInt64], _ packing: SitePacking) -> Bool {
    keys.withUnsafeBufferPointer { keys in
      guard let last = keys.last else { return true }
      var signs: Int64 = 0
      var previous: Int64 = -1
      for key in keys {
        let key = Int64(bitPattern: key)
        // Of numbers that are not below zero; those that are give their own sign.
        signs |= key | (key &- previous &- 1)
        previous = key
      }
      for axis in 0..<packing.dimension {
        let shift = UInt64(packing.shifts[axis])
        let mask = packing.masks[axis]
        let largest = Int64(packing.spatialSize[axis] - 1)
        for key in keys {
          signs |= largest &- Int64(bitPattern: (key &>> shift) & mask)
        }
      }
      return signs >= 0 && packing.event(of: last) < packing.batchSize
    }
  }

  private static func eventRows(_ keys: [UInt64], _ packing: SitePacking) -> [Range<Int>] {
    var rows: [Range<Int>] = []
    rows.reserveCapacity(packing.batchSize)
    keys.withUnsafeBufferPointer { keys in
      var start = 0
      for event in 1..<max(1, packing.batchSize) {
        let end = firstRow(
          notBelow: UInt64(event) << UInt64(packing.batchShift), in: keys, from: start)
        rows.append(start..<end)
        start = end
      }
      if packing.batchSize > 0 { rows.append(start..<keys.count) }
    }
    return rows
  }

  private static func digest(_ keys: [UInt64], _ packing: SitePacking) -> UInt64 {
    var digest = Digest()
    // Lists of different lengths follow each other: their lengths keep one from passing for another.
    digest.mix(packing.dimension)
    digest.mix(packing.batchSize)
    for size in packing.spatialSize { digest.mix(size) }
    digest.mix(keys.count)
    digest.mix(keys)
    return digest.value
  }
}

/// The first row from `start` on whose key is not below `key`: doubling steps, then bisection.
func firstRow(
  notBelow key: UInt64, in keys: UnsafeBufferPointer<UInt64>, from start: Int
) -> Int {
  var low = start
  var step = 1
  while low + step <= keys.count, keys[low + step - 1] < key {
    low += step
    step *= 2
  }
  var high = min(low + step, keys.count)
  while low < high {
    let middle = (low + high) / 2
    if keys[middle] < key { low = middle + 1 } else { high = middle }
  }
  return low
}
