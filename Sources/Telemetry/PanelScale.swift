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
  /// around it; nothing where there is none, or where it fills the plane.
  func magnified(_ plane: PlanePicture) -> PanelScale? {
    guard let extent = plane.neutrinoExtent else { return nil }
    func padded(_ range: ClosedRange<Int>) -> Int { range.count + max(range.count / 4, 16) }
    let centre = (
      row: (extent.rows.lowerBound + extent.rows.upperBound) / 2,
      column: (extent.columns.lowerBound + extent.columns.upperBound) / 2
    )
    for finer in finerScales.reversed() {
      let columns = width * finer.pooling / finer.magnification
      let rows = height * finer.pooling / finer.magnification
      guard columns >= min(padded(extent.columns), plane.width),
        rows >= min(padded(extent.rows), plane.height)
      else { continue }
      return PanelScale(
        pooling: finer.pooling, magnification: finer.magnification,
        window: PlaneWindow(rows: rows, columns: columns, around: centre, of: plane))
    }
    return nil
  }

  /// Every scale that shows more of a pixel than this one, the coarsest first.
  private var finerScales: [(pooling: Int, magnification: Int)] {
    let pooled = (1..<max(pooling, 1)).reversed().map { (pooling: $0, magnification: 1) }
    let first = pooling == 1 ? magnification + 1 : 2
    guard first <= Self.mostMagnification else { return pooled }
    return pooled + (first...Self.mostMagnification).map { (pooling: 1, magnification: $0) }
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
