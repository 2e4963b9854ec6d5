/// How many pixels of a plane share one of the picture, or the other way round, and which part of the
/// plane is shown.
struct PanelScale: Sendable {
  let pooling: Int
  let magnification: Int
  let window: PlaneWindow

  /// Pixels of the picture.
  var width: Int { (window.columns + pooling - 1) / pooling * magnification }
  /// Pixels of the picture.
  var height: Int { (window.rows + pooling - 1) / pooling * magnification }

  private static let mostMagnification = 8

  /// All of a plane.
  ///
  /// - Parameter available: the most that the panel may be wide.
  init(of plane: PlanePicture, available: Int) {
    // A tall plane is limited by its height, or the picture would have no end.
    let tallest = 2 * available
    let across = (plane.width + available - 1) / available
    let along = (plane.height + tallest - 1) / tallest
    pooling = max(1, across, along)
    let columns = (plane.width + pooling - 1) / pooling
    let rows = (plane.height + pooling - 1) / pooling
    magnification = max(1, min(available / columns, tallest / rows, Self.mostMagnification))
    window = PlaneWindow(all: plane)
  }

  private init(pooling: Int, magnification: Int, window: PlaneWindow) {
    self.pooling = pooling
    self.magnification = magnification
    self.window = window
  }

  /// The true neutrino interaction in a panel of the same size, as large as it can be with something
  /// around it, and at least twice as large as here; nothing where there is none.
  func magnified(_ plane: PlanePicture) -> PanelScale? {
    guard let extent = plane.neutrinoExtent else { return nil }
    // What was left out at the ends, and a margin.
    func padded(_ range: ClosedRange<Int>) -> Int { range.count * 3 / 2 + 16 }
    let centre = (
      row: (extent.rows.lowerBound + extent.rows.upperBound) / 2,
      column: (extent.columns.lowerBound + extent.columns.upperBound) / 2
    )
    let scales = finerScales.map { finer in
      PanelScale(
        pooling: finer.pooling, magnification: finer.magnification,
        window: PlaneWindow(
          rows: height * finer.pooling / finer.magnification,
          columns: width * finer.pooling / finer.magnification, around: centre, of: plane))
    }
    return scales.last {
      $0.window.columns >= padded(extent.columns) && $0.window.rows >= padded(extent.rows)
    } ?? scales.first
  }

  /// Every scale that shows a pixel at least twice as large as this one, the coarsest first.
  private var finerScales: [(pooling: Int, magnification: Int)] {
    let poolings = stride(from: pooling / 2, to: 0, by: -1)
    let first = pooling == 1 ? 2 * magnification : 2
    let magnifications = stride(from: first, through: Self.mostMagnification, by: 1)
    return poolings.map { ($0, 1) } + magnifications.map { (1, $0) }
  }

  /// Where a window lies in a panel that shows all of a plane: the left upper corner, and the size.
  func place(_ other: PlaneWindow) -> (x: Int, y: Int, width: Int, height: Int) {
    let left = other.firstColumn / pooling
    let right = (other.firstColumn + other.columns - 1) / pooling
    let bottom = other.firstRow / pooling
    let top = (other.firstRow + other.rows - 1) / pooling
    let cells = (window.rows + pooling - 1) / pooling
    return (
      left * magnification, (cells - 1 - top) * magnification,
      (right - left + 1) * magnification, (top - bottom + 1) * magnification
    )
  }
}
