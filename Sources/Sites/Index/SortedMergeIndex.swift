/// The index without a table of sites: sorted keys are merged with themselves, moved by a step.
///
/// A step keeps the order of sorted keys, so two pointers that only move forwards find neighbours in
/// a single pass. Steps to the same line of the image share it: where lines have many sites, a line
/// is entered in a table of its places, and the line beside it reads its neighbours off
/// (`LineTable`); where they have few, up to three steps are merged at a time (`StepMerge`).
///
/// Memory: one line's places, 128 kB at most.
public struct SortedMergeIndex: SiteIndex {
  private let sites: SiteSet

  /// The fewest sites of a line, on average, for which a table of its places is worth its while.
  static let sitesPerTabledLine = 2

  /// Takes the set's keys; nothing is built.
  public init(_ sites: SiteSet) {
    self.sites = sites
  }

  /// A gallop from the row of the key before, so that keys in ascending order cost about what a
  /// merge does; one that is smaller than the key before is searched from the start.
  public func rows(of queries: [UInt64]) -> [Int32] {
    sites.keys.withUnsafeBufferPointer { keys in
      rowArray(of: queries) { rows in
        var row = 0
        var previous: UInt64 = 0
        for (index, query) in queries.enumerated() {
          row = firstRow(notBelow: query, in: keys, from: query < previous ? 0 : row)
          rows[index] = row < keys.count && keys[row] == query ? Int32(row) : -1
          previous = query
        }
      }
    }
  }

  /// One pass over the keys for each line of the image that the steps lead to.
  public func findPairs(_ deltas: [UInt64], in lists: PairLists) {
    sites.keys.withUnsafeBufferPointer { keys in
      guard let base = keys.baseAddress, !keys.isEmpty else { return }
      guard let filterRows = FilterRow.rows(of: deltas, sites.packing) else {
        for (list, delta) in deltas.enumerated() { StepMerge(keys).findPairs(delta, list, lists) }
        return
      }
      let lines = tabledLines
      let table = LineTable(lineLength: lines == nil ? 0 : sites.packing.spatialSize.last ?? 0)
      for row in filterRows {
        if row.isRunBack {
          StepMerge(keys).findRunBack(row, lists)
        } else if let lines {
          table.findPairs(
            row, base, lines, lineShift: UInt64(sites.packing.lineShift), in: lists)
        } else {
          StepMerge(keys).findPairs(row, deltas, lists)
        }
      }
    }
  }

  /// The lines, where they are short enough for a table and have sites enough.
  private var tabledLines: SiteLines? {
    guard
      let length = sites.packing.spatialSize.last, length <= LineTable.longestLine,
      sites.count >= length / 8
    else { return nil }
    let lines = sites.lines
    return lines.count * Self.sitesPerTabledLine <= sites.count ? lines : nil
  }
}
