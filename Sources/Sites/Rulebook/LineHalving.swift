import Foundation

/// The strided rulebook of filters that halve an image: coarse sites and pairs in one pass.
///
/// Where a filter of extent 2 moves by 2 along the last axis, and along the one before or not, the
/// sites of a coarse line come from one or two fine lines that follow each other in the order of
/// keys. Merging these finds the coarse sites in order, each with its up to four fine ones; nothing
/// is looked up.
struct LineHalving {
  private let fine: SitePacking
  private let coarse: SitePacking
  /// Fine lines of a coarse one: 1 or 2.
  private let lines: Int

  /// Nothing where the filter is another.
  init?(_ geometry: FilterGeometry, from fine: SitePacking, to coarse: SitePacking) {
    guard
      case .box = geometry.shape, geometry.size == geometry.stride, geometry.size.last == 2,
      geometry.dilation.allSatisfy({ $0 == 1 }),
      geometry.size.dropLast(2).allSatisfy({ $0 == 1 }),
      let lines = geometry.size.dropLast().last ?? .some(1), lines <= 2
    else { return nil }
    self.fine = fine
    self.coarse = coarse
    self.lines = lines
  }

  /// The rulebook of such a filter.
  ///
  /// Cost: two or three passes over the sites, none with a look-up.
  func rulebook(_ sites: SiteSet, _ geometry: FilterGeometry) -> Rulebook {
    let lists = PairLists(count: 2 * lines, rows: sites.count, spare: 4 - 2 * lines)
    let scratch = LargeMemory.allocate(
      UInt64.self, count: sites.count, bytes: sites.count * MemoryLayout<UInt64>.stride)
    defer { free(scratch) }
    let count = sites.keys.withUnsafeBufferPointer { keys in
      merge(sites, keys, coarseKeys: scratch, lists)
    }
    let keys = LargeMemory.array(UInt64.self, count: count) {
      $0.update(from: scratch, count: count)
    }
    let outputs = SiteSet(packing: coarse, checkedKeys: keys)
    return Rulebook(
      form: .strided, geometry: geometry, inputSites: sites, outputSites: outputs,
      pairs: RuleColumns(lists, inputs: sites.count, outputs: count))
  }

  /// Writes coarse keys and pairs, and returns how many coarse sites there are.
  private func merge(
    _ sites: SiteSet, _ keys: UnsafeBufferPointer<UInt64>, coarseKeys: UnsafeMutablePointer<UInt64>,
    _ lists: PairLists
  ) -> Int {
    let shift = UInt64(fine.lineShift)
    let fineLines = sites.lines
    var merge = LineMerge(keys, coarseKeys: coarseKeys, lists, lines: lines)
    fineLines.starts.withUnsafeBufferPointer { starts in
      var line = 0
      while line < fineLines.count {
        let start = Int(starts[line])
        let number = keys[start] &>> shift
        // The even line, where there is one, and the odd one behind it.
        let isOdd = lines == 2 && number & 1 == 1
        let even = number &- (isOdd ? 1 : 0)
        let middle = isOdd ? start : Int(starts[line + 1])
        line += isOdd ? 0 : 1
        let hasOdd =
          lines == 2 && line < fineLines.count
          && keys[Int(starts[line])] &>> shift == even &+ 1
        line += hasOdd ? 1 : 0
        merge.add(
          even: start..<middle, odd: middle..<Int(starts[line]), evenLine: even &<< shift,
          oddLine: (lines == 1 ? even : even &+ 1) &<< shift,
          coarseLine: coarseLine(of: keys[start]))
      }
    }
    return merge.row
  }

  /// The key of a fine site's coarse line, without the place along it.
  private func coarseLine(of key: UInt64) -> UInt64 {
    var line = UInt64(fine.event(of: key)) << UInt64(coarse.batchShift)
    for axis in 0..<(fine.dimension - 1) {
      let isHalved = lines == 2 && axis == fine.dimension - 2
      let place = fine.coordinate(of: key, axis: axis) >> (isHalved ? 1 : 0)
      line |= UInt64(place) << UInt64(coarse.shifts[axis])
    }
    return line
  }
}

/// The merge of fine lines, one coarse line after the other.
private struct LineMerge {
  private let keys: UnsafeBufferPointer<UInt64>
  private let coarseKeys: UnsafeMutablePointer<UInt64>
  private let lists: PairLists
  private let lines: Int
  /// Coarse sites so far.
  private(set) var row = 0

  init(
    _ keys: UnsafeBufferPointer<UInt64>, coarseKeys: UnsafeMutablePointer<UInt64>,
    _ lists: PairLists, lines: Int
  ) {
    self.keys = keys
    self.coarseKeys = coarseKeys
    self.lists = lists
    self.lines = lines
  }

  mutating func add(
    even: Range<Int>, odd: Range<Int>, evenLine: UInt64, oddLine: UInt64, coarseLine: UInt64
  ) {
    // Two keys are looked at together. Behind the last line there are none: a far place stands for
    // them.
    if odd.upperBound + 1 < keys.count {
      merge(even, odd, evenLine, oddLine, coarseLine) { keys, row in keys[row] }
    } else {
      let count = keys.count
      merge(even, odd, evenLine, oddLine, coarseLine) { keys, row in
        row < count ? keys[row] : .max
      }
    }
  }

  @inline(__always)
  private mutating func merge(
    _ even: Range<Int>, _ odd: Range<Int>, _ evenLine: UInt64, _ oddLine: UInt64,
    _ coarseLine: UInt64, key: (UnsafePointer<UInt64>, Int) -> UInt64
  ) {
    guard let base = keys.baseAddress else { return }
    let distance = lists.columnDistance
    let ends = lists.ends
    var (list0, list1) = (ends[0], ends[1])
    // Without odd lines these are spare lists, in which nothing is kept.
    var (list2, list3) = (ends[2], ends[3])
    let areTwo = lines == 2 ? 1 : 0
    var (p, q, row) = (even.lowerBound, odd.lowerBound, self.row)
    let end = even.upperBound &+ odd.upperBound
    while p &+ q < end {
      // A place beyond the end of its line belongs to a later one, and is far.
      let (p0, p1) = (key(base, p) &- evenLine, key(base, p &+ 1) &- evenLine)
      let (q0, q1) = (key(base, q) &- oddLine, key(base, q &+ 1) &- oddLine)
      let place = min(p0, q0) &>> 1
      let (left, right) = (place &* 2, place &* 2 &+ 1)
      let output = Int32(truncatingIfNeeded: row)
      // Neither line has a place before `left`, so the second key is `right` only behind `left`.
      let even0 = p0 == left ? 1 : 0
      let even1 = (p0 == right ? 1 : 0) | (p1 == right ? 1 : 0)
      let odd0 = (q0 == left ? 1 : 0) & areTwo
      let odd1 = ((q0 == right ? 1 : 0) | (q1 == right ? 1 : 0)) & areTwo
      coarseKeys[row] = coarseLine | place
      list2[0] = Int32(truncatingIfNeeded: q)
      list2[distance] = output
      list2 += odd0
      list3[0] = Int32(truncatingIfNeeded: q &+ odd0)
      list3[distance] = output
      list3 += odd1
      list0[0] = Int32(truncatingIfNeeded: p)
      list0[distance] = output
      list0 += even0
      list1[0] = Int32(truncatingIfNeeded: p &+ even0)
      list1[distance] = output
      list1 += even1
      p &+= even0 &+ even1
      q &+= odd0 &+ odd1
      row &+= 1
    }
    (ends[0], ends[1]) = (list0, list1)
    (ends[2], ends[3]) = (list2, list3)
    self.row = row
  }
}
