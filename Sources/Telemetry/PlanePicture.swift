import Foundation

/// One wire plane of an event, as plain arrays: one entry per active site.
public struct PlanePicture: Sendable {
  /// Pixels along the wires (left to right).
  public var width: Int
  /// Pixels along the drift (bottom to top).
  public var height: Int
  /// Drift bin of each site.
  public var rows: [Int]
  /// Wire of each site.
  public var columns: [Int]
  /// Charge of each site.
  public var charge: [Float]
  /// True class of each site, if it is known: 0 background, 1 cosmic, 2 neutrino.
  public var truth: [Int]?
  /// Predicted class of each site, if there is a prediction.
  public var prediction: [Int]?

  /// Gathers what is known of a plane; the arrays are checked when the picture is drawn.
  public init(
    width: Int, height: Int, rows: [Int], columns: [Int], charge: [Float], truth: [Int]?,
    prediction: [Int]? = nil
  ) {
    self.width = width
    self.height = height
    self.rows = rows
    self.columns = columns
    self.charge = charge
    self.truth = truth
    self.prediction = prediction
  }

  /// Checks that the arrays belong together and stay inside the image.
  func validate(plane: Int) throws(PictureError) {
    let limit = 1 << 20
    guard width > 0, height > 0, width <= limit, height <= limit else {
      throw PictureError(
        description: "Plane \(plane) of the event display has the size \(width) x \(height), but "
          + "both must lie between 1 and \(limit).")
    }
    let counts =
      [columns.count, charge.count] + [truth, prediction].compactMap { $0 }.map(\.count)
    guard counts.allSatisfy({ $0 == rows.count }) else {
      throw PictureError(
        description: "Plane \(plane) of the event display has \(rows.count) rows but \(counts) "
          + "columns, charges and classes; give one of each per site.")
    }
    for (row, column) in zip(rows, columns)
    where row < 0 || row >= height || column < 0 || column >= width {
      throw PictureError(
        description: "Plane \(plane) of the event display has a site at row \(row), column "
          + "\(column), outside its \(height) rows and \(width) columns.")
    }
    if let wrong = charge.first(where: { !(abs($0) < 1e9) }) {
      throw PictureError(
        description:
          "Plane \(plane) of the event display has the charge \(wrong), but charges must "
          + "be numbers below a thousand million.")
    }
    if let wrong = ((truth ?? []) + (prediction ?? [])).first(where: { !(0...2).contains($0) }) {
      throw PictureError(
        description: "Plane \(plane) of the event display has the class \(wrong), but classes are "
          + "0 (background), 1 (cosmic) and 2 (neutrino).")
    }
  }

  /// Largest value of the sites that fall into each cell of a coarser image of a part of the plane,
  /// top row first; nil where there is no site.
  func pooled<Value: Comparable>(_ values: [Value], _ scale: PanelScale) -> PooledPlane<Value> {
    let (factor, window) = (scale.pooling, scale.window)
    var pooled = PooledPlane<Value>(
      width: (window.columns + factor - 1) / factor, height: (window.rows + factor - 1) / factor)
    for (index, value) in values.enumerated()
    where window.contains(row: rows[index], column: columns[index]) {
      let x = (columns[index] - window.firstColumn) / factor
      let y = pooled.height - 1 - (rows[index] - window.firstRow) / factor
      let cell = y * pooled.width + x
      if let present = pooled.cells[cell], present >= value { continue }
      pooled.cells[cell] = value
    }
    return pooled
  }
}

/// A plane after max pooling.
struct PooledPlane<Value: Sendable>: Sendable {
  let width: Int
  let height: Int
  var cells: [Value?]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    cells = Array(repeating: nil, count: width * height)
  }

  func map<Other>(_ transform: (Value) -> Other) -> PooledPlane<Other> {
    var other = PooledPlane<Other>(width: width, height: height)
    for (index, cell) in cells.enumerated() { other.cells[index] = cell.map(transform) }
    return other
  }
}
