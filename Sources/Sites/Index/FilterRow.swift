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
