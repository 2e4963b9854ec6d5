import CBLAS

/// One operand of a matrix product: `rows` × `columns` floats, row-major.
struct Matrix {
  let values: UnsafePointer<Float>
  let rows: Int
  let columns: Int
  /// Whether the product reads the transpose.
  let isTransposed: Bool

  init(_ values: UnsafePointer<Float>, rows: Int, columns: Int, isTransposed: Bool = false) {
    self.values = values
    self.rows = rows
    self.columns = columns
    self.isTransposed = isTransposed
  }

  var transposed: Matrix {
    Matrix(values, rows: rows, columns: columns, isTransposed: !isTransposed)
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
  static func multiply(
    _ left: Matrix, _ right: Matrix, into result: UnsafeMutablePointer<Float>, accumulating: Bool
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
      left.values, blasint(left.columns), right.values, blasint(right.columns),
      accumulating ? 1 : 0, result, blasint(columns))
  }
}
