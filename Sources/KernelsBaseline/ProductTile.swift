import CProcessor
import KernelOperands

/// Adds rows times a matrix to rows.
///
/// Columns are worked through in chunks of a few registers, and for each chunk the pairs in tiles
/// whose sums stay in registers from the first input channel to the last.
public func accumulate(_ products: RowProducts) {
  var column = 0
  var registers = products.columns / Lane.scalarCount
  while registers > 0 {
    // Chunks as equal as can be: a wide tile earns more than a narrow one.
    let chunks = (registers + widestTile - 1) / widestTile
    let width = (registers + chunks - 1) / chunks
    switch width {
    case 1: ProductTile1.accumulate(products, column: column)
    case 2: ProductTile2.accumulate(products, column: column)
    case 3: ProductTile3.accumulate(products, column: column)
    default: ProductTile4.accumulate(products, column: column)
    }
    column += width * Lane.scalarCount
    registers -= width
  }
  while column < products.columns {
    HalfProductTile.accumulate(products, column: column)
    column += HalfLane.scalarCount
  }
}

/// Sums of `height` output rows over `width` registers of columns.
enum ProductTile<Vector: SIMD, let height: Int, let width: Int> where Vector.Scalar == Float {
  @inline(never)
  static func accumulate(_ products: RowProducts, column: Int) {
    let pairs = products.pairs
    let whole = pairs.count / height * height
    // The choice is made out here, so that neither loop carries it.
    if let start = products.start {
      let start = start + column
      accumulate(products, pairs, whole, column: column) { _ in start }
    } else {
      accumulate(products, pairs, whole, column: column) { UnsafePointer($0) }
    }
    if whole < pairs.count { finish(products, from: whole, column: column) }
  }

  @inline(__always)
  private static func accumulate(
    _ products: RowProducts, _ pairs: RowPairs, _ count: Int, column: Int,
    start: (UnsafeMutablePointer<Float>) -> UnsafePointer<Float>
  ) {
    let (input, inputPitch) = (products.input, products.inputPitch)
    let (output, outputPitch) = (products.output + column, products.outputPitch)
    let (sources, targets) = (pairs.sources, pairs.targets)
    let (inner, weightPitch) = (products.inner, products.weightPitch)
    let weight = products.weight + column
    var ahead = Ahead(products.ahead, calls: count / height)
    var pair = 0
    while pair < count {
      ahead.fetch()
      let rows = InlineArray<height, UnsafePointer<Float>> {
        input + Int(sources[pair &+ $0]) &* inputPitch
      }
      let results = InlineArray<height, UnsafeMutablePointer<Float>> {
        output + Int(targets[pair &+ $0]) &* outputPitch
      }
      multiply(rows, weight, inner: inner, pitch: weightPitch, start: start, into: results)
      pair &+= height
    }
  }

  /// The pairs that fill no tile: what is missing reads their first row and writes the spare one.
  @inline(never)
  private static func finish(_ products: RowProducts, from first: Int, column: Int) {
    let pairs = products.pairs
    let rows = InlineArray<height, UnsafePointer<Float>> {
      let pair = first &+ $0 < pairs.count ? first &+ $0 : first
      return products.input + Int(pairs.sources[pair]) &* products.inputPitch
    }
    let results = InlineArray<height, UnsafeMutablePointer<Float>> {
      guard first &+ $0 < pairs.count else { return products.spare }
      return products.output + column + Int(pairs.targets[first &+ $0]) &* products.outputPitch
    }
    let start = products.start.map { $0 + column }
    multiply(
      rows, products.weight + column, inner: products.inner, pitch: products.weightPitch,
      start: { start ?? UnsafePointer($0) }, into: results)
  }

  @inline(__always)
  private static func multiply(
    _ rows: InlineArray<height, UnsafePointer<Float>>, _ weight: UnsafePointer<Float>,
    inner: Int, pitch: Int, start: (UnsafeMutablePointer<Float>) -> UnsafePointer<Float>,
    into results: InlineArray<height, UnsafeMutablePointer<Float>>
  ) {
    var sums = InlineArray<height, InlineArray<width, Vector>>(
      repeating: InlineArray(repeating: .zero))
    for row in 0..<height {
      let first = start(results[row])
      for vector in 0..<width {
        sums[row][vector] = load(first + vector &* Vector.scalarCount)
      }
    }
    var weightRow = weight
    for channel in 0..<inner {
      var factors = InlineArray<width, Vector>(repeating: .zero)
      for vector in 0..<width {
        factors[vector] = load(weightRow + vector &* Vector.scalarCount)
      }
      for row in 0..<height {
        let value = rows[row][channel]
        for vector in 0..<width { sums[row][vector].add(value, times: factors[vector]) }
      }
      weightRow += pitch
    }
    for row in 0..<height {
      for vector in 0..<width {
        store(sums[row][vector], to: results[row] + vector &* Vector.scalarCount)
      }
    }
  }

  @inline(__always)
  private static func load(_ values: UnsafePointer<Float>) -> Vector {
    UnsafeRawPointer(values).loadUnaligned(as: Vector.self)
  }

  @inline(__always)
  private static func store(_ vector: Vector, to values: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(values).storeBytes(of: vector, as: Vector.self)
  }
}

/// Fetches rows of memory in equal shares.
private struct Ahead {
  private var address: UnsafePointer<Float>?
  private var rows = 0
  private var rowsPerCall = 0
  private var pitch = 0
  private var columns = 0

  @inline(__always)
  init(_ ahead: RowsAhead?, calls: Int) {
    guard let ahead, calls > 0 else { return }
    address = ahead.first
    rows = ahead.rows
    rowsPerCall = (ahead.rows + calls - 1) / calls
    pitch = ahead.pitch
    columns = ahead.columns
  }

  @inline(__always)
  mutating func fetch() {
    guard var place = address, rows > 0 else { return }
    for _ in 0..<min(rows, rowsPerCall) {
      for column in stride(from: 0, to: columns, by: 16) { processor_prefetch(place + column) }
      place += pitch
    }
    rows -= rowsPerCall
    address = place
  }
}
