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
  /// Rows and columns of the true neutrino interaction; nothing where there is none.
  ///
  /// Of many sites a hundredth at each end is left out: what strays far would make the rest small.
  var neutrinoExtent: (rows: ClosedRange<Int>, columns: ClosedRange<Int>)? {
    guard let truth else { return nil }
    let sites = truth.indices.filter { truth[$0] == 2 }
    guard let rows = Self.extent(sites.map { self.rows[$0] }),
      let columns = Self.extent(sites.map { self.columns[$0] })
    else { return nil }
    return (rows, columns)
  }

  private static func extent(_ places: [Int]) -> ClosedRange<Int>? {
    let sorted = places.sorted()
    guard !sorted.isEmpty else { return nil }
    let stray = sorted.count / 100
    return sorted[stray]...sorted[sorted.count - 1 - stray]
  }
}
