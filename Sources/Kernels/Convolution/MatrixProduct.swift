import CBLAS

/// One operand of a matrix product: `rows` × `columns` floats, row-major.
struct Matrix {
  let values: UnsafePointer<Float>
  let rows: Int
  let columns: Int
  /// Floats from one row to the next: more than `columns` where it is a slice of wider rows.
  let pitch: Int
  /// Whether the product reads the transpose.
  let isTransposed: Bool

  init(
    _ values: UnsafePointer<Float>, rows: Int, columns: Int, pitch: Int? = nil,
    isTransposed: Bool = false
  ) {
    self.values = values
    self.rows = rows
    self.columns = columns
    self.pitch = pitch ?? columns
    self.isTransposed = isTransposed
  }

  var transposed: Matrix {
    Matrix(values, rows: rows, columns: columns, pitch: pitch, isTransposed: !isTransposed)
  }

  /// The columns of one of `count` equal groups.
  func group(_ group: Int, of count: Int) -> Matrix {
    let width = columns / count
    return Matrix(
      values + group * width, rows: rows, columns: width, pitch: pitch, isTransposed: isTransposed)
  }

  var effectiveRows: Int { isTransposed ? columns : rows }
  var effectiveColumns: Int { isTransposed ? rows : columns }
}

/// OpenBLAS, held to the calling thread: threads are ours, and so is the order of every sum.
enum MatrixProduct {
  private static let isSingleThreaded: Bool = {
    openblas_set_num_threads(1)
    return true
  }()

  /// Must run before products are taken from several threads.
  static func prepare() {
    precondition(isSingleThreaded, "OpenBLAS runs on the calling thread")
  }

  /// `result = left · right`, or `result += left · right` when accumulating.
  ///
  /// - Parameter pitch: floats from one row of the result to the next; without it rows lie dense.
  static func multiply(
    _ left: Matrix, _ right: Matrix, into result: UnsafeMutablePointer<Float>, pitch: Int? = nil,
    accumulating: Bool
  ) {
    let rows = left.effectiveRows
    let columns = right.effectiveColumns
    let inner = left.effectiveColumns
    guard rows > 0, columns > 0 else { return }
    cblas_sgemm(
      CblasRowMajor,
      left.isTransposed ? CblasTrans : CblasNoTrans,
      right.isTransposed ? CblasTrans : CblasNoTrans,
      blasint(rows), blasint(columns), blasint(inner), 1,
      left.values, blasint(left.pitch), right.values, blasint(right.pitch),
      accumulating ? 1 : 0, result, blasint(pitch ?? columns))
  }
}
