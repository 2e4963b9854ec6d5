/// Writes the transpose of a matrix: `target[column, row] = source[row, column]`.
///
/// Pitches are floats from one row to the next on either side.
public func transpose(
  _ source: UnsafePointer<Float>, rows: Int, columns: Int, pitch: Int,
  into target: UnsafeMutablePointer<Float>, targetPitch: Int
) {
  let side = Lane.scalarCount
  let (wholeRows, wholeColumns) = (rows / side * side, columns / side * side)
  for row in stride(from: 0, to: wholeRows, by: side) {
    for column in stride(from: 0, to: wholeColumns, by: side) {
      transposeSquare(
        source + row &* pitch + column, pitch: pitch, into: target + column &* targetPitch + row,
        targetPitch: targetPitch)
    }
  }
  for row in 0..<rows {
    for column in (row < wholeRows ? wholeColumns : 0)..<columns {
      target[column &* targetPitch + row] = source[row &* pitch + column]
    }
  }
}

/// A square as wide as a register.
///
/// One round moves what is at even places of two neighbouring rows into a row of the upper half, what
/// is at odd places into one of the lower half; as many rounds as the side has binary digits put every
/// value in its place.
@inline(__always)
private func transposeSquare(
  _ source: UnsafePointer<Float>, pitch: Int, into target: UnsafeMutablePointer<Float>,
  targetPitch: Int
) {
  let half = Lane.scalarCount / 2
  var rows = Square(repeating: InlineArray(repeating: .zero))
  for row in 0..<Lane.scalarCount {
    rows[row / half][row % half] =
      UnsafeRawPointer(source + row &* pitch).loadUnaligned(as: Lane.self)
  }
  for _ in 0..<squareRounds {
    let before = rows
    for row in 0..<half {
      let first = before[2 &* row / half][2 &* row % half]
      let second = before[(2 &* row &+ 1) / half][(2 &* row &+ 1) % half]
      rows[0][row] = Lane(lowHalf: first.evenHalf, highHalf: second.evenHalf)
      rows[1][row] = Lane(lowHalf: first.oddHalf, highHalf: second.oddHalf)
    }
  }
  for row in 0..<Lane.scalarCount {
    UnsafeMutableRawPointer(target + row &* targetPitch)
      .storeBytes(of: rows[row / half][row % half], as: Lane.self)
  }
}
