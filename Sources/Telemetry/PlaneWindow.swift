/// A rectangle of a plane's pixels.
struct PlaneWindow: Equatable, Sendable {
  var firstRow: Int
  var firstColumn: Int
  /// Pixels along the drift.
  var rows: Int
  /// Pixels along the wires.
  var columns: Int

  /// All of a plane.
  init(all plane: PlanePicture) {
    (firstRow, firstColumn, rows, columns) = (0, 0, plane.height, plane.width)
  }

  /// A rectangle of some size around a centre, moved where it would leave the plane.
  init(rows: Int, columns: Int, around centre: (row: Int, column: Int), of plane: PlanePicture) {
    self.rows = min(rows, plane.height)
    self.columns = min(columns, plane.width)
    firstRow = min(max(centre.row - self.rows / 2, 0), plane.height - self.rows)
    firstColumn = min(max(centre.column - self.columns / 2, 0), plane.width - self.columns)
  }

  func contains(row: Int, column: Int) -> Bool {
    (firstRow..<firstRow + rows).contains(row)
      && (firstColumn..<firstColumn + columns).contains(column)
  }
}

extension PlanePicture {
  /// Rows and columns that hold most of the true neutrino interaction's charge; nothing where there
  /// is none.
  ///
  /// A tenth of the charge is left out at each end: neutrons and photons make sparks far from the
  /// vertex, and to show them all would show nothing magnified.
  var neutrinoExtent: (rows: ClosedRange<Int>, columns: ClosedRange<Int>)? {
    guard let truth else { return nil }
    let sites = truth.indices.filter { truth[$0] == 2 }
    guard let rows = extent(of: sites, self.rows), let columns = extent(of: sites, self.columns)
    else { return nil }
    return (rows, columns)
  }

  private func extent(of sites: [Int], _ places: [Int]) -> ClosedRange<Int>? {
    let sorted = sites.sorted { places[$0] < places[$1] }
    // A site without charge counts a little, so that some always do.
    func weight(_ site: Int) -> Double { Double(max(charge[site], 1e-3)) }
    let tenth = sorted.reduce(0) { $0 + weight($1) } / 10
    func firstBeyond(_ sites: some Sequence<Int>) -> Int? {
      var sum = 0.0
      return sites.first { site in
        sum += weight(site)
        return sum >= tenth
      }.map { places[$0] }
    }
    guard let low = firstBeyond(sorted), let high = firstBeyond(sorted.reversed()) else {
      return nil
    }
    return min(low, high)...max(low, high)
  }
}
