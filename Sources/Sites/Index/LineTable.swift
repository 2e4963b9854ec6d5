import Foundation

/// Finds neighbours line by line: the rows of one line are entered in a table by their place, and
/// the line beside it reads them off.
///
/// The table holds one line and stays in the cache. It is never cleared between lines: an entry
/// counts only where it is a row of the line that was entered last.
struct LineTable: ~Copyable {
  /// The longest line, in places, that a table is made for.
  static let longestLine = 1 << 15

  private let places: Int
  private let memory: UnsafeMutablePointer<Int32>

  /// A table for lines of so many places, and for what filters read beyond their ends.
  init(lineLength: Int) {
    places = lineLength + 2 * SitePacking.guardBand
    memory = .allocate(capacity: places)
  }

  deinit {
    memory.deallocate()
  }

  /// Writes the pairs of one row of a filter.
  func findPairs(
    _ row: FilterRow, _ keys: UnsafePointer<UInt64>, _ lines: SiteLines, lineShift: UInt64,
    in lists: PairLists
  ) {
    // No row of any line.
    memory.update(repeating: -1, count: places)
    let table = memory + SitePacking.guardBand
    let mask: UInt64 = (1 &<< lineShift) &- 1
    let count = lines.count
    lines.starts.withUnsafeBufferPointer { starts in
      var source = 0
      for line in 0..<count {
        let start = Int(starts[line])
        let wanted = Int64(bitPattern: keys[start] &>> lineShift) &+ row.lineStep
        var found: Int64 = -1
        while source < count {
          found = Int64(bitPattern: keys[Int(starts[source])] &>> lineShift)
          guard found < wanted else { break }
          source &+= 1
        }
        guard source < count else { return }
        guard found == wanted else { continue }
        let (first, last) = (Int(starts[source]), Int(starts[source &+ 1]))
        for row in first..<last {
          table[Int(truncatingIfNeeded: keys[row] & mask)] = Int32(truncatingIfNeeded: row)
        }
        LineReading(
          keys: keys, mask: mask, rows: start..<Int(starts[line &+ 1]), table: table,
          first: Int32(truncatingIfNeeded: first), count: UInt32(truncatingIfNeeded: last &- first),
          columnDistance: lists.columnDistance
        ).read(row.steps, lists.ends)
      }
    }
  }
}

/// One line that reads its neighbours off the table of another.
private struct LineReading {
  let keys: UnsafePointer<UInt64>
  let mask: UInt64
  /// Rows of the line that reads.
  let rows: Range<Int>
  let table: UnsafeMutablePointer<Int32>
  /// First row of the line in the table, and how many it has.
  let first: Int32
  let count: UInt32
  let columnDistance: Int

  /// Up to five steps share one pass over the line.
  @inline(__always)
  func read(
    _ steps: [FilterRow.Step], _ ends: UnsafeMutablePointer<UnsafeMutablePointer<Int32>>
  ) {
    steps.withUnsafeBufferPointer { steps in
      var step = 0
      while step &+ 5 <= steps.count {
        five(
          steps[step], steps[step &+ 1], steps[step &+ 2], steps[step &+ 3], steps[step &+ 4], ends)
        step &+= 5
      }
      while step &+ 3 <= steps.count {
        three(steps[step], steps[step &+ 1], steps[step &+ 2], ends)
        step &+= 3
      }
      while step < steps.count {
        one(steps[step], ends)
        step &+= 1
      }
    }
  }

  @inline(__always)
  private func five(
    _ a: FilterRow.Step, _ b: FilterRow.Step, _ c: FilterRow.Step, _ d: FilterRow.Step,
    _ e: FilterRow.Step, _ ends: UnsafeMutablePointer<UnsafeMutablePointer<Int32>>
  ) {
    var (endOfA, endOfB, endOfC) = (ends[a.list], ends[b.list], ends[c.list])
    var (endOfD, endOfE) = (ends[d.list], ends[e.list])
    for row in rows {
      let place = table + Int(truncatingIfNeeded: keys[row] & mask)
      note(place[a.distance], row, &endOfA)
      note(place[b.distance], row, &endOfB)
      note(place[c.distance], row, &endOfC)
      note(place[d.distance], row, &endOfD)
      note(place[e.distance], row, &endOfE)
    }
    ends[a.list] = endOfA
    ends[b.list] = endOfB
    ends[c.list] = endOfC
    ends[d.list] = endOfD
    ends[e.list] = endOfE
  }

  @inline(__always)
  private func three(
    _ a: FilterRow.Step, _ b: FilterRow.Step, _ c: FilterRow.Step,
    _ ends: UnsafeMutablePointer<UnsafeMutablePointer<Int32>>
  ) {
    var (endOfA, endOfB, endOfC) = (ends[a.list], ends[b.list], ends[c.list])
    let (atA, atB, atC) = (table + a.distance, table + b.distance, table + c.distance)
    for row in rows {
      let place = Int(truncatingIfNeeded: keys[row] & mask)
      note(atA[place], row, &endOfA)
      note(atB[place], row, &endOfB)
      note(atC[place], row, &endOfC)
    }
    ends[a.list] = endOfA
    ends[b.list] = endOfB
    ends[c.list] = endOfC
  }

  @inline(__always)
  private func one(
    _ step: FilterRow.Step, _ ends: UnsafeMutablePointer<UnsafeMutablePointer<Int32>>
  ) {
    var end = ends[step.list]
    let there = table + step.distance
    for row in rows {
      note(there[Int(truncatingIfNeeded: keys[row] & mask)], row, &end)
    }
    ends[step.list] = end
  }

  /// Writes a pair, and keeps it if the entry is of this line: a branch would be a guess.
  @inline(__always)
  private func note(_ found: Int32, _ row: Int, _ end: inout UnsafeMutablePointer<Int32>) {
    end[0] = found
    end[columnDistance] = Int32(truncatingIfNeeded: row)
    end += UInt32(bitPattern: found &- first) < count ? 1 : 0
  }
}
