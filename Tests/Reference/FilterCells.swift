/// A filter of any shape, written out cell by cell.
public struct FilterCells: Hashable, Sendable, CustomStringConvertible {
  /// Which positions of the box have weights.
  public enum Kind: Hashable, Sendable {
    /// All of them.
    case box
    /// Those on a line through the centre along one axis.
    case cross
    /// These.
    case chosen([[Int]])
  }

  /// Positions of the box along each axis.
  public var size: [Int]
  /// Step between windows along each axis.
  public var stride: [Int]
  /// Sites between neighbouring positions along each axis.
  public var dilation: [Int]
  /// Which positions have weights.
  public var kind: Kind

  /// A filter; ones where stride or dilation are left out.
  public init(
    _ size: [Int], stride: [Int]? = nil, dilation: [Int]? = nil, kind: Kind = .box
  ) {
    self.size = size
    self.stride = stride ?? size.map { _ in 1 }
    self.dilation = dilation ?? size.map { _ in 1 }
    self.kind = kind
  }

  /// The positions that have weights, in weight order.
  public var positions: [[Int]] {
    switch kind {
    case .box: return filterOffsets(size)
    case .chosen(let positions): return positions
    case .cross:
      return filterOffsets(size).filter { position in
        let centre = size.map { $0 / 2 }
        let away = position.indices.filter { position[$0] != centre[$0] }
        return away.count < 2
      }
    }
  }

  /// How far each cell is from the filter's first corner, in sites.
  public var offsets: [[Int]] {
    positions.map { position in position.indices.map { position[$0] * dilation[$0] } }
  }

  /// How far each cell is from the filter's centre, in sites; an even size leans to the low side.
  public var centredOffsets: [[Int]] {
    positions.map { position in
      position.indices.map { position[$0] * dilation[$0] - (size[$0] / 2) * dilation[$0] }
    }
  }

  /// Sites from the first to the last position along each axis.
  public var extent: [Int] { size.indices.map { dilation[$0] * (size[$0] - 1) + 1 } }

  /// Size, stride, dilation and shape.
  public var description: String { "\(size) stride \(stride) dilation \(dilation) \(kind)" }
}
