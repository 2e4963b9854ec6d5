/// Sites as one flat list of numbers, for checks of millions of pairs.
public struct FlatSites: Sendable {
  /// Number of sites.
  public let count: Int
  /// Number of places along each axis.
  public let spatialSize: [Int]
  /// Event and coordinates of each site, one site after the other.
  let numbers: [Int32]

  /// Sites in (event, coordinates) order.
  ///
  /// - Parameter number: the event of a row (field 0) or one of its coordinates (field 1 and up).
  public init(count: Int, spatialSize: [Int], _ number: (_ row: Int, _ field: Int) -> Int) {
    self.count = count
    self.spatialSize = spatialSize
    var numbers: [Int32] = []
    numbers.reserveCapacity(count * (spatialSize.count + 1))
    for row in 0..<count {
      for field in 0...spatialSize.count { numbers.append(Int32(number(row, field))) }
    }
    self.numbers = numbers
  }

  /// The number of a site's place in a list of all places of all events, after `stride` and
  /// `offset`; nothing outside `size`.
  @inline(__always)
  func place(_ row: Int, stride: [Int], offset: [Int], in size: [Int]) -> Int? {
    let first = row * (spatialSize.count + 1)
    var place = Int(numbers[first])
    for axis in 0..<spatialSize.count {
      let moved = Int(numbers[first + 1 + axis]) * stride[axis] + offset[axis]
      guard 0 <= moved, moved < size[axis] else { return nil }
      place = place * size[axis] + moved
    }
    return place
  }

  /// All sites' places in their own image.
  var places: [Int] {
    let (ones, zeros) = (spatialSize.map { _ in 1 }, spatialSize.map { _ in 0 })
    return (0..<count).compactMap { place($0, stride: ones, offset: zeros, in: spatialSize) }
  }
}

/// What is wrong with a rulebook, if anything: a pair that does not meet its form's equation, one
/// that occurs twice or out of order, or an offset with too few.
///
/// Each offset is checked twice over: every pair by its equation, and their number by merging two
/// sorted lists of places, which needs no look-up. Cost: a few nanoseconds per pair, site and
/// offset.
///
/// - Returns: nothing when all is right, or one sentence on the first offset that is not.
public func rulebookViolation(
  inputRows: [Int32], outputRows: [Int32], offsetStarts: [Int], input: FlatSites,
  output: FlatSites, _ filter: FilterCells, form: ConvolutionForm
) -> String? {
  let offsets = form == .submanifold ? filter.centredOffsets : filter.offsets
  guard offsetStarts.count == offsets.count + 1, offsetStarts.last == inputRows.count,
    inputRows.count == outputRows.count
  else { return "columns and offsets differ in number" }
  // The walked column's places, moved by stride and offset, are places of the other column.
  let (walked, met) = form == .full ? (input, output) : (output, input)
  let (walkedRows, metRows) = form == .full ? (inputRows, outputRows) : (outputRows, inputRows)
  let metPlaces = met.places
  for (number, offset) in offsets.enumerated() {
    var previous: Int32 = -1
    for pair in offsetStarts[number]..<offsetStarts[number + 1] {
      guard walkedRows[pair] > previous else { return "pairs of offset \(offset) are out of order" }
      previous = walkedRows[pair]
      let place = walked.place(
        Int(previous), stride: filter.stride, offset: offset, in: met.spatialSize)
      guard place == metPlaces[Int(metRows[pair])] else {
        return "a pair of offset \(offset) does not meet its equation"
      }
    }
    var count = 0
    var next = 0
    for row in 0..<walked.count {
      guard
        let place = walked.place(
          row, stride: filter.stride, offset: offset, in: met.spatialSize)
      else { continue }
      while next < metPlaces.count, metPlaces[next] < place { next += 1 }
      if next < metPlaces.count, metPlaces[next] == place { count += 1 }
    }
    guard count == offsetStarts[number + 1] - offsetStarts[number] else {
      return "offset \(offset) has \(count) pairs by merging"
    }
  }
  return nil
}
