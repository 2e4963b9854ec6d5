/// The cells of a filter, how far apart they lie, and the stride the filter moves with.
///
/// Offsets are in weight order: those of a box row-major, the last axis fastest, as SparseConvNet
/// numbers its weights. For a filter of size `[s0, s1, s2]`, position `(k0, k1, k2)` has number
/// `(k0 * s1 + k1) * s2 + k2`.
///
/// A geometry is a plain value and may be anything: what is impossible, the first rulebook made
/// with it says (`check(spatialSize:)`); until then it has no offsets and no volume.
///
/// ```swift
/// let plain = FilterGeometry(size: [3, 3])
/// let wide = FilterGeometry(size: [3, 3], dilation: [2, 2], shape: .cross)
/// let halving = FilterGeometry(size: [2, 2], stride: [2, 2])
/// ```
public struct FilterGeometry: Hashable, Sendable {
  /// Which positions of its box a filter has weights for.
  public enum Shape: Hashable, Sendable {
    /// All of them.
    case box
    /// Those that differ from the centre, `size / 2`, along one axis at most.
    case cross
    /// These, in the order of the weights: distinct positions from zero to below the size.
    case cells([[Int]])
  }

  /// Positions of the filter's box along each axis.
  public let size: [Int]

  /// Step of the filter along each axis; ones for submanifold convolution.
  public let stride: [Int]

  /// Distance between neighbouring positions along each axis.
  public let dilation: [Int]

  /// Which positions of the box have weights.
  public let shape: Shape

  /// Number of offsets, each of which has a weight matrix; zero for an impossible filter.
  public let volume: Int

  /// The most offsets that a filter can have.
  public static let largestVolume = 1 << 16

  /// A filter of `size` that moves by `stride` and whose positions are `dilation` apart (by ones
  /// when left out).
  public init(
    size: [Int], stride: [Int]? = nil, dilation: [Int]? = nil, shape: Shape = .box
  ) {
    let ones = [Int](repeating: 1, count: size.count)
    self.size = size
    self.stride = stride ?? ones
    self.dilation = dilation ?? ones
    self.shape = shape
    let isPossible =
      FilterGeometry.problem(
        size: size, stride: self.stride, dilation: self.dilation, shape: shape) == nil
    volume = isPossible ? FilterGeometry.volume(size: size, shape: shape) : 0
  }

  /// The positions of the box that have weights, in weight order.
  var cells: [[Int]] {
    guard volume > 0 else { return [] }
    switch shape {
    case .box: return box
    case .cross:
      return box.filter { cell in
        zip(cell, size).count { $0 != $1 / 2 } <= 1
      }
    case .cells(let cells): return cells
    }
  }

  private var box: [[Int]] {
    size.reduce([[]]) { prefixes, count in
      prefixes.flatMap { prefix in (0..<count).map { prefix + [$0] } }
    }
  }

  /// All offsets from the filter's first corner, in weight order: cells times dilation.
  public var offsets: [[Int]] {
    cells.map { cell in zip(cell, dilation).map(*) }
  }

  /// All offsets from the filter's centre, `size / 2`, in weight order.
  ///
  /// An even size has no centre and leans to the low side, as in SparseConvNet: size 2 reaches from
  /// -1 to 0.
  public var centredOffsets: [[Int]] {
    cells.map { cell in cell.indices.map { (cell[$0] - size[$0] / 2) * dilation[$0] } }
  }

  /// Sites that the filter spans along each axis: `dilation · (size - 1) + 1`.
  ///
  /// The largest integer where that does not fit into one.
  public var extent: [Int] {
    zip(size, dilation).map { FilterGeometry.extent(size: $0, dilation: $1) ?? .max }
  }

  /// Whether centred offset `k` is minus offset `volume - 1 - k`, for all of them.
  public var isSymmetric: Bool {
    let offsets = centredOffsets
    return zip(offsets, offsets.reversed()).allSatisfy { zip($0, $1).allSatisfy { $0 == -$1 } }
  }

  static func extent(size: Int, dilation: Int) -> Int? {
    let (steps, isFirstTooLarge) = size.subtractingReportingOverflow(1)
    let (reach, isTooLarge) = steps.multipliedReportingOverflow(by: dilation)
    let (extent, isLastTooLarge) = reach.addingReportingOverflow(1)
    return isFirstTooLarge || isTooLarge || isLastTooLarge ? nil : extent
  }

  /// Called once every extent is known to be short.
  private static func volume(size: [Int], shape: Shape) -> Int {
    switch shape {
    case .box: size.reduce(1, *)
    case .cross: size.reduce(1) { $0 + $1 - 1 }
    case .cells(let cells): cells.count
    }
  }
}

extension FilterGeometry: CustomStringConvertible {
  /// As SparseConvNet prints it: `1×3×3`, `1×2×2/1×2×2` with a stride, and what else is not plain:
  /// `3×3 dilation 2×2`, `3×3 cross`, `3×3 5 cells`.
  public var description: String {
    func text(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "×") }
    var description = text(size)
    if stride.contains(where: { $0 != 1 }) { description += "/" + text(stride) }
    if dilation.contains(where: { $0 != 1 }) { description += " dilation " + text(dilation) }
    switch shape {
    case .box: return description
    case .cross: return description + " cross"
    case .cells(let cells): return description + " \(cells.count) cells"
    }
  }
}
