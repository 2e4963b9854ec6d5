import CProcessor
import KernelOperands

/// Adds sums of outer products of rows to a matrix.
///
/// Each tile of the matrix stays in registers while all pairs are added to it.
public func accumulate(_ products: OuterProducts) {
  var column = 0
  var registers = products.columns / Lane.scalarCount
  while registers > 0 {
    let chunks = (registers + 2) / 3
    let width = (registers + chunks - 1) / chunks
    switch width {
    case 1: sum(products, column, OuterTile1.self, OuterRow1.self)
    case 2: sum(products, column, OuterTile2.self, OuterRow2.self)
    default: sum(products, column, OuterTile3.self, OuterRow3.self)
    }
    column += width * Lane.scalarCount
    registers -= width
  }
  while column < products.columns {
    sum(products, column, HalfOuterTile.self, HalfOuterRow.self)
    column += HalfLane.scalarCount
  }
}

@inline(__always)
private func sum<Tile: OuterTiling, Row: OuterTiling>(
  _ products: OuterProducts, _ column: Int, _: Tile.Type, _: Row.Type
) {
  var row = 0
  while row + Tile.rows <= products.rows {
    Tile.accumulate(products, row: row, column: column)
    row += Tile.rows
  }
  while row < products.rows {
    Row.accumulate(products, row: row, column: column)
    row += 1
  }
}

/// A part of the matrix that is summed in registers.
protocol OuterTiling {
  static var rows: Int { get }
  static func accumulate(_ products: OuterProducts, row: Int, column: Int)
}

/// Sums of `height` rows over `width` registers of columns.
enum OuterTile<Vector: SIMD, let height: Int, let width: Int>: OuterTiling
where Vector.Scalar == Float {
  static var rows: Int { height }

  @inline(never)
  static func accumulate(_ products: OuterProducts, row first: Int, column: Int) {
    let (left, leftPitch) = (products.left + first, products.leftPitch)
    let (right, rightPitch) = (products.right + column, products.rightPitch)
    let (sources, targets) = (products.pairs.sources, products.pairs.targets)
    let sums = products.sums + first &* products.sumsPitch + column
    // The sums of large matrices lie in memory: they come while the pairs are worked through.
    for row in 0..<height {
      for vector in 0..<width {
        processor_prefetch(sums + row &* products.sumsPitch + vector &* Vector.scalarCount)
      }
    }
    var tile = InlineArray<height, InlineArray<width, Vector>>(
      repeating: InlineArray(repeating: .zero))
    for pair in 0..<products.pairs.count {
      let leftRow = left + Int(sources[pair]) &* leftPitch
      let rightRow = right + Int(targets[pair]) &* rightPitch
      var factors = InlineArray<width, Vector>(repeating: .zero)
      for vector in 0..<width {
        factors[vector] = UnsafeRawPointer(rightRow + vector &* Vector.scalarCount)
          .loadUnaligned(as: Vector.self)
      }
      for row in 0..<height {
        let value = leftRow[row]
        for vector in 0..<width { tile[row][vector].add(value, times: factors[vector]) }
      }
    }
    for row in 0..<height {
      for vector in 0..<width {
        let place = UnsafeMutableRawPointer(
          sums + row &* products.sumsPitch + vector &* Vector.scalarCount)
        let sum = place.loadUnaligned(as: Vector.self) + tile[row][vector]
        place.storeBytes(of: sum, as: Vector.self)
      }
    }
  }
}
