import Foundation

/// The index for crowded images: a bit for every key between the first site and the last.
///
/// A site's row is the number of bits set before its own. Each 64-bit word that has a bit set
/// carries the row of its first site, so that only bits within the word are counted.
///
/// Memory: 12 bytes for each 64 keys, guard bands included. Pages that no look-up touches are never
/// backed by memory. Where that would be more than `bytesPerSite`, `SortedMergeIndex` does the work.
public final class BitmapIndex: SiteIndex {
  /// The most address space a bitmap may take for each site.
  public static let bytesPerSite = 128

  private let sites: SiteSet
  private let bitmap: Bitmap?

  /// Sets a bit for every site, or none where sites are too thinly spread.
  public init(_ sites: SiteSet) {
    self.sites = sites
    bitmap = BitmapIndex.suits(sites) ? Bitmap(sites.keys) : nil
  }

  /// Whether a bitmap of these sites would take no more than so many bytes for each of them.
  public static func suits(_ sites: SiteSet, bytesPerSite: Int = bytesPerSite) -> Bool {
    guard let first = sites.keys.first, let last = sites.keys.last else { return false }
    let affordable = sites.count * bytesPerSite / Bitmap.bytesPerWord
    return (last - first) / 64 < UInt64(affordable)
  }

  /// One look-up a key.
  public func rows(of keys: [UInt64]) -> [Int32] {
    guard let bitmap else { return SortedMergeIndex(sites).rows(of: keys) }
    return rowArray(of: keys) { rows in
      for (index, key) in keys.enumerated() { rows[index] = bitmap.row(of: key) }
    }
  }

  /// One look-up a site and step.
  public func findPairs(_ deltas: [UInt64], in lists: PairLists) {
    guard let bitmap else { return SortedMergeIndex(sites).findPairs(deltas, in: lists) }
    sites.keys.withUnsafeBufferPointer { keys in
      for (list, delta) in deltas.enumerated() {
        lists.fill(list) { inputs, outputs in
          var pairs = 0
          for (row, key) in keys.enumerated() {
            let found = bitmap.row(of: key &+ delta)
            inputs[pairs] = found
            outputs[pairs] = Int32(truncatingIfNeeded: row)
            pairs &+= found >= 0 ? 1 : 0
          }
          return pairs
        }
      }
    }
  }
}

/// The bits, and for each word with a bit set the row of its lowest one.
private final class Bitmap {
  static let bytesPerWord = 12

  private let first: UInt64
  private let span: UInt64
  private let words: UnsafeMutablePointer<UInt64>
  private let rows: UnsafeMutablePointer<Int32>

  /// Nil without memory, or without keys.
  init?(_ keys: [UInt64]) {
    guard let lowest = keys.first, let highest = keys.last else { return nil }
    first = lowest
    span = highest - lowest + 1
    let count = Int(span / 64 + 1)
    // calloc leaves large zeroed memory to the kernel, page by page, where Swift would write it all.
    guard let words = calloc(count, MemoryLayout<UInt64>.stride) else { return nil }
    guard let rows = calloc(count, MemoryLayout<Int32>.stride) else {
      free(words)
      return nil
    }
    self.words = words.bindMemory(to: UInt64.self, capacity: count)
    self.rows = rows.bindMemory(to: Int32.self, capacity: count)
    for (row, key) in keys.enumerated() {
      let position = key - first
      let word = Int(position / 64)
      if self.words[word] == 0 { self.rows[word] = Int32(truncatingIfNeeded: row) }
      self.words[word] |= 1 << (position % 64)
    }
  }

  deinit {
    free(words)
    free(rows)
  }

  @inline(__always)
  func row(of key: UInt64) -> Int32 {
    // What lies below the first key wraps round to far above the last.
    let position = key &- first
    guard position < span else { return -1 }
    let index = Int(truncatingIfNeeded: position / 64)
    let bits = words[index]
    let bit: UInt64 = 1 &<< (position % 64)
    guard bits & bit != 0 else { return -1 }
    return rows[index] &+ Int32(truncatingIfNeeded: (bits & (bit &- 1)).nonzeroBitCount)
  }
}
