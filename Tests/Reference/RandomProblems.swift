/// A generator of its own (SplitMix64), so that tests draw the same numbers on every machine.
public struct SplitMix: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator with its seed.
  public init(seed: UInt64) { state = seed }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number between -1 and 1 that single precision holds exactly.
  public mutating func value() -> Double {
    Double(Float.random(in: -1...1, using: &self))
  }

  /// Numbers between -1 and 1 that single precision holds exactly.
  public mutating func values(_ count: Int) -> [Double] {
    (0..<count).map { _ in value() }
  }

  /// Rows × channels of such numbers.
  public mutating func rows(_ count: Int, channels: Int) -> [[Double]] {
    (0..<count).map { _ in values(channels) }
  }
}

/// Distinct sites in tracks and corners, sorted, `[batch, first coordinate, …]`.
///
/// Half of the tracks begin at a corner of the image, so borders are always visited.
///
/// - Parameters:
///   - count: how many sites, fewer where the image has no room.
///   - events: the events that may have sites.
///   - spatialSize: the image.
///   - random: where chance comes from.
public func randomSites(
  _ count: Int, events: [Int], spatialSize: [Int], random: inout SplitMix
) -> [[Int]] {
  var sites = Set<[Int]>()
  let room = events.count * spatialSize.reduce(1, *)
  while sites.count < min(count, room), let event = events.randomElement(using: &random) {
    let atCorner = Bool.random(using: &random)
    var place = spatialSize.map { size in
      atCorner
        ? (Bool.random(using: &random) ? 0 : size - 1) : Int.random(in: 0..<size, using: &random)
    }
    for _ in 0..<16 where sites.count < count {
      sites.insert([event] + place)
      let axis = Int.random(in: 0..<place.count, using: &random)
      let step = Bool.random(using: &random) ? 1 : -1
      place[axis] = min(max(0, place[axis] + step), spatialSize[axis] - 1)
    }
  }
  return sortedSites(sites)
}
