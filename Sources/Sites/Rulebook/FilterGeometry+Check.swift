extension FilterGeometry {
  /// What is wrong with a filter, whatever image it is for.
  enum Problem {
    /// Lists of different lengths, or an entry below one.
    case extents
    /// An extent that site keys cannot step over.
    case tooLong
    /// More offsets than a filter can have.
    case tooManyCells
    /// Cells outside the box, of another dimension, repeated, or none.
    case cells
  }

  /// Makes sure that the filter is possible and has the dimension of an image.
  ///
  /// Every rulebook begins with this; nothing else checks filters.
  ///
  /// - Throws: `SiteError` when lists differ in length, an entry is below one, the filter's extent
  ///   is above `SitePacking.guardBand`, its cells are not distinct positions of the box, or it has
  ///   another number of axes than the image.
  public func check(spatialSize: [Int]) throws(SiteError) {
    switch FilterGeometry.problem(size: size, stride: stride, dilation: dilation, shape: shape) {
    case .extents: throw SiteError.filter(self)
    case .tooLong: throw SiteError.filterTooLong(self)
    case .tooManyCells: throw SiteError.filterTooLarge(self)
    case .cells: throw SiteError.filterCells(self)
    case nil: break
    }
    guard size.count == spatialSize.count else {
      throw SiteError.filterDimension(size: size, spatialSize: spatialSize)
    }
  }

  static func problem(
    size: [Int], stride: [Int], dilation: [Int], shape: Shape
  ) -> Problem? {
    guard
      !size.isEmpty, size.count == stride.count, size.count == dilation.count,
      (size + stride + dilation).allSatisfy({ $0 >= 1 })
    else { return .extents }
    guard
      zip(size, dilation).allSatisfy({
        (extent(size: $0, dilation: $1) ?? .max) <= SitePacking.guardBand
      })
    else { return .tooLong }
    // No dimension above four has sites; a long list of axes must not overflow the product.
    let positions = size.reduce(1) { min($0 * $1, largestVolume + 1) }
    switch shape {
    case .box, .cross: return positions <= largestVolume ? nil : .tooManyCells
    case .cells(let cells):
      let areInside = cells.allSatisfy { cell in
        cell.count == size.count && zip(cell, size).allSatisfy { 0 <= $0 && $0 < $1 }
      }
      guard areInside, !cells.isEmpty, Set(cells).count == cells.count else { return .cells }
      return cells.count <= largestVolume ? nil : .tooManyCells
    }
  }
}
