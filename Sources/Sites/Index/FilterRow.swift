/// The steps of a filter that lead to one line of the image: they differ along the last axis alone.
struct FilterRow {
  /// A step along the line, and the list its pairs go to.
  struct Step {
    let distance: Int
    let list: Int
  }

  /// What to add to a line's number, its keys without the last axis, for the line that is read.
  let lineStep: Int64

  /// Steps along that line.
  var steps: [Step]

  /// The rows of a filter given by its key steps; nothing where a step along the last axis is too
  /// long for `SitePacking.guardBand` to tell it from one to another line.
  static func rows(of deltas: [UInt64], _ packing: SitePacking) -> [FilterRow]? {
    let shift = UInt64(packing.lineShift)
    let reach = Int64(SitePacking.guardBand)
    var rows: [FilterRow] = []
    for (list, delta) in deltas.enumerated() {
      let delta = Int64(bitPattern: delta)
      let lineStep = (delta &+ reach) >> shift
      let distance = delta &- lineStep << shift
      guard distance.magnitude <= UInt64(reach) else { return nil }
      let step = Step(distance: Int(distance), list: list)
      if rows.last?.lineStep == lineStep {
        rows[rows.count - 1].steps.append(step)
      } else {
        rows.append(FilterRow(lineStep: lineStep, steps: [step]))
      }
    }
    return rows
  }
}

/// The lines of an image that have sites: runs of keys that differ along the last axis alone.
struct SiteLines {
  /// The first row of each line, and at the end the number of all rows.
  let starts: [Int32]

  /// Number of lines.
  var count: Int { starts.count - 1 }

  /// Cost: one pass over the keys.
  init(_ sites: SiteSet) {
    let shift = UInt64(sites.packing.lineShift)
    let count = sites.count
    // A line ends in a place that is written again and again until its successor begins.
    var lines = 0
    starts = sites.keys.withUnsafeBufferPointer { keys in
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
  }
}
