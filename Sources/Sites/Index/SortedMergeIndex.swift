/// The index without a table: sorted keys are merged with themselves, moved by a step.
///
/// A step keeps the order of sorted keys, so two pointers that only move forwards find all
/// neighbours of one step in a single pass. Memory: none beside the site set's own keys.
public struct SortedMergeIndex: SiteIndex {
  private let keys: [UInt64]

  /// Takes the set's keys; nothing is built.
  public init(_ sites: SiteSet) {
    keys = sites.keys
  }

  /// A gallop from the row of the key before, so that keys in ascending order cost about what a
  /// merge does; one that is smaller than the key before is searched from the start.
  public func rows(of queries: [UInt64]) -> [Int32] {
    keys.withUnsafeBufferPointer { keys in
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

  /// One pass over the keys for each step.
  public func pairs(_ deltas: [UInt64]) -> [SitePairs] {
    keys.withUnsafeBufferPointer { keys in
      deltas.map { delta in
        SitePairs(capacity: keys.count) { merge(keys, delta, inputs: $0, outputs: $1) }
      }
    }
  }

  private func merge(
    _ keys: UnsafeBufferPointer<UInt64>, _ delta: UInt64,
    inputs: UnsafeMutablePointer<Int32>, outputs: UnsafeMutablePointer<Int32>
  ) -> Int {
    guard let base = keys.baseAddress else { return 0 }
    let count = keys.count
    var input = 0
    var output = 0
    // Keys have 63 bits. A step back from a key smaller than it would wrap round and break the
    // order; no site is there, so those rows are left out. A step forward cannot wrap.
    if Int64(bitPattern: delta) < 0 {
      output = firstRow(notBelow: 0 &- delta, in: keys, from: 0)
    } else {
      input = firstRow(notBelow: (keys.first ?? 0) &+ delta, in: keys, from: 0)
    }
    var pairs = 0
    // Without branches on the data: which of the two moves is as good as random.
    while input < count, output < count {
      let read = base[input]
      let target = base[output] &+ delta
      inputs[pairs] = Int32(truncatingIfNeeded: input)
      outputs[pairs] = Int32(truncatingIfNeeded: output)
      pairs &+= read == target ? 1 : 0
      input &+= read <= target ? 1 : 0
      output &+= read >= target ? 1 : 0
    }
    return pairs
  }

  /// The first row from `start` on whose key is not below `key`: doubling steps, then bisection.
  private func firstRow(
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
}
