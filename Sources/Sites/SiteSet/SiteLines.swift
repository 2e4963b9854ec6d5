/// The lines of an image that have sites: runs of keys that differ along the last axis alone.
struct SiteLines {
  /// The first row of each line, and at the end the number of all rows.
  let starts: [Int32]

  /// Number of lines.
  var count: Int { starts.count - 1 }

  /// Cost: one pass over the keys.
  init(_ keys: [UInt64], _ packing: SitePacking) {
    let shift = UInt64(packing.lineShift)
    let count = keys.count
    // A line ends in a place that is written again and again until its successor begins.
    var lines = 0
    let starts = keys.withUnsafeBufferPointer { keys in
      [Int32](unsafeUninitializedCapacity: count + 2) { buffer, initialized in
        guard let starts = buffer.baseAddress else { return }
        var line = UInt64.max
        for row in 0..<count {
          let next = keys[row] &>> shift
          starts[lines] = Int32(truncatingIfNeeded: row)
          lines &+= next != line ? 1 : 0
          line = next
        }
        starts[lines] = Int32(truncatingIfNeeded: count)
        initialized = lines + 1
      }
    }
    // Kept with the sites: a copy where much less than the room was needed.
    self.starts = lines < count / 2 ? starts + [] : starts
  }
}
