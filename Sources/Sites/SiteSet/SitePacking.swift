/// How the coordinates of a site become one 64-bit key, and back.
///
/// The event takes the highest bits, then the coordinates in order, the last axis lowest: keys
/// in ascending order are sites in (event, coordinates) order.
///
/// Each field has room for `guardBand` values beyond its size that no site uses. A neighbour's key
/// is therefore found by one addition: a step across the border of the image lands in the guard
/// band of that axis, where no site can be, and never on a site of the next row.
public struct SitePacking: Hashable, Sendable {
  /// Number of events in the batch.
  public let batchSize: Int

  /// Number of positions along each axis.
  public let spatialSize: [Int]

  /// The longest step along an axis, in either direction, that key arithmetic can take safely.
  public static let guardBand = 64

  /// Bit position of each axis' field, first axis first.
  let shifts: [Int]

  /// Bit position of the batch field.
  let batchShift: Int

  /// Where the bits end that tell sites of one line of the image apart: the last axis' field.
  var lineShift: Int { dimension > 1 ? shifts[dimension - 2] : batchShift }

  /// The bits of each axis' field, moved to the lowest place.
  let masks: [UInt64]

  /// Number of axes: 1 to 4.
  public var dimension: Int { spatialSize.count }

  /// Chooses field widths for a batch and an image size.
  ///
  /// - Throws: `SiteError` for a dimension outside 1...4, a size below one, more events than
  ///   row numbers can count, or sizes whose keys do not fit in 63 bits.
  public init(batchSize: Int, spatialSize: [Int]) throws(SiteError) {
    guard (1...4).contains(spatialSize.count) else {
      throw SiteError.dimension(spatialSize.count)
    }
    guard batchSize >= 0, spatialSize.allSatisfy({ $0 >= 1 }) else {
      throw SiteError.size(batchSize: batchSize, spatialSize: spatialSize)
    }
    // Each event has a range of rows, and one row after global pooling: they are counted alike.
    guard batchSize < Int(Int32.max) else { throw SiteError.tooManyEvents(batchSize) }
    guard spatialSize.allSatisfy({ $0 <= 1 << 40 }) else {
      throw SiteError.keyTooLong(batchSize: batchSize, spatialSize: spatialSize)
    }
    self.batchSize = batchSize
    self.spatialSize = spatialSize
    var shift = 0
    var shifts: [Int] = []
    for size in spatialSize.reversed() {
      shifts.append(shift)
      shift += SitePacking.bits(for: size + SitePacking.guardBand)
    }
    self.shifts = shifts.reversed()
    batchShift = shift
    masks = zip(self.shifts, [shift] + self.shifts).map { (1 << UInt64($1 - $0)) - 1 }
    guard shift + SitePacking.bits(for: max(batchSize, 1)) <= 63 else {
      throw SiteError.keyTooLong(batchSize: batchSize, spatialSize: spatialSize)
    }
  }

  /// The key of a site.
  ///
  /// - Throws: `SiteError` when the event or a coordinate is outside its size.
  public func key(event: Int, _ coordinates: [Int]) throws(SiteError) -> UInt64 {
    guard coordinates.count == dimension else {
      throw SiteError.coordinateCount(coordinates.count, dimension: dimension)
    }
    guard event >= 0, event < batchSize else {
      throw SiteError.eventOutside(event, batchSize: batchSize)
    }
    var key = UInt64(event) << UInt64(batchShift)
    for axis in 0..<dimension {
      guard coordinates[axis] >= 0, coordinates[axis] < spatialSize[axis] else {
        throw SiteError.coordinateOutside(
          coordinates[axis], axis: axis, spatialSize: spatialSize)
      }
      key |= UInt64(coordinates[axis]) << UInt64(shifts[axis])
    }
    return key
  }

  /// The event of a key.
  public func event(of key: UInt64) -> Int {
    Int(key >> UInt64(batchShift))
  }

  /// The coordinate of a key along one axis.
  public func coordinate(of key: UInt64, axis: Int) -> Int {
    Int((key >> UInt64(shifts[axis])) & masks[axis])
  }

  /// All coordinates of a key, first axis first.
  public func coordinates(of key: UInt64) -> [Int] {
    (0..<dimension).map { coordinate(of: key, axis: $0) }
  }

  /// What to add to a key for a step of `offset`, modulo 2⁶⁴; for implementations of `SiteIndex`.
  ///
  /// Steps shorter than `guardBand` along every axis lead to no wrong site.
  public func delta(_ offset: [Int]) -> UInt64 {
    zip(offset, shifts).reduce(0) { sum, step in
      sum &+ UInt64(bitPattern: Int64(step.0)) &<< UInt64(step.1)
    }
  }

  private static func bits(for values: Int) -> Int {
    values <= 1 ? 0 : Int.bitWidth - (values - 1).leadingZeroBitCount
  }
}
