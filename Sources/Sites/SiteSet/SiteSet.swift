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
  public init(packing: SitePacking, sortedKeys keys: [UInt64]) throws(SiteError) {
    try SiteSet.check(keys, packing)
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
    var previous: UInt64?
    for (row, key) in keys.enumerated() {
      guard
        packing.event(of: key) < packing.batchSize,
        (0..<packing.dimension).allSatisfy({
          packing.coordinate(of: key, axis: $0) < packing.spatialSize[$0]
        })
      else {
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

  private static func eventRows(_ keys: [UInt64], _ packing: SitePacking) -> [Range<Int>] {
    var rows: [Range<Int>] = []
    rows.reserveCapacity(packing.batchSize)
    var start = 0
    for event in 0..<packing.batchSize {
      var end = start
      while end < keys.count, packing.event(of: keys[end]) == event { end += 1 }
      rows.append(start..<end)
      start = end
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
    for key in keys { digest.mix(key) }
    return digest.value
  }
}
