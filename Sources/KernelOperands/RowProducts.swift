// What inner loops are told. Plain stored properties and nothing else: code in this module would be
// compiled into the modules of every instruction set, and the linker keeps one copy of it.

/// Rows that belong together, pair by pair.
public struct RowPairs {
  /// The rows that are read.
  public let sources: UnsafePointer<Int32>
  /// The rows that are written.
  public let targets: UnsafePointer<Int32>
  /// Number of pairs.
  public let count: Int

  /// Pairs of two lists.
  public init(sources: UnsafePointer<Int32>, targets: UnsafePointer<Int32>, count: Int) {
    self.sources = sources
    self.targets = targets
    self.count = count
  }
}

/// Rows of a matrix that will be needed soon, to be fetched from memory beside the work of now.
public struct RowsAhead {
  /// The first value.
  public let first: UnsafePointer<Float>
  /// Floats from one row to the next.
  public let pitch: Int
  /// Number of rows.
  public let rows: Int
  /// Values of a row.
  public let columns: Int

  /// Rows with their place.
  public init(first: UnsafePointer<Float>, pitch: Int, rows: Int, columns: Int) {
    self.first = first
    self.pitch = pitch
    self.rows = rows
    self.columns = columns
  }
}

/// Rows times a matrix: `output[t] += input[s] · weight` for each pair (s, t), no row written twice.
///
/// Where factors are bfloat16, a float of `input` holds two neighbours of a row, and one of `weight`
/// two neighbours of a column: `inner` and the pitches count floats still.
public struct RowProducts {
  /// The pairs.
  public let pairs: RowPairs
  /// Row `s` begins at `input + s * inputPitch`.
  public let input: UnsafePointer<Float>
  /// Floats from one input row to the next.
  public let inputPitch: Int
  /// Values of an input row, rows of the matrix.
  public let inner: Int
  /// `[inner, columns]`.
  public let weight: UnsafePointer<Float>
  /// Floats from one row of the matrix to the next.
  public let weightPitch: Int
  /// Row `t` begins at `output + t * outputPitch`.
  public let output: UnsafeMutablePointer<Float>
  /// Floats from one output row to the next.
  public let outputPitch: Int
  /// Columns of the matrix, a multiple of eight.
  public let columns: Int
  /// A row that each sum starts from, in place of the output row's own values.
  public let start: UnsafePointer<Float>?
  /// A row of `columns` floats whose values do not matter: the output of rows that fill up a tile.
  public let spare: UnsafeMutablePointer<Float>
  /// What is needed next, if it is worth asking for.
  public let ahead: RowsAhead?

  /// A product with all it reads and writes.
  public init(
    pairs: RowPairs, input: UnsafePointer<Float>, inputPitch: Int, inner: Int,
    weight: UnsafePointer<Float>, weightPitch: Int, output: UnsafeMutablePointer<Float>,
    outputPitch: Int, columns: Int, start: UnsafePointer<Float>?,
    spare: UnsafeMutablePointer<Float>, ahead: RowsAhead? = nil
  ) {
    self.pairs = pairs
    self.input = input
    self.inputPitch = inputPitch
    self.inner = inner
    self.weight = weight
    self.weightPitch = weightPitch
    self.output = output
    self.outputPitch = outputPitch
    self.columns = columns
    self.start = start
    self.spare = spare
    self.ahead = ahead
  }
}
