import CONEDNN

/// A convolution over the rows and columns of images, and how it is cut into bands of rows.
///
/// An image with its channels innermost is a piece of memory, and so is a band of its rows. oneDNN works
/// on a band at a time, on one thread: so any number of threads gives the same bits, and a band stays in
/// the cache of its thread.
struct ImageConvolutionGeometry: Hashable {
  /// Channels, rows and columns of what the convolution reads.
  let inputChannels: Int
  let inputRows: Int
  let inputColumns: Int
  /// Channels that it makes.
  let outputChannels: Int
  /// Rows and columns of the filter.
  let filter: [Int]
  /// Rows and columns from one position of the filter to the next.
  let stride: [Int]
  /// Whether zeros are added around the image so that it keeps its size; half of the filter before it
  /// and the rest after it, as with submanifold convolutions.
  let isPadded: Bool

  /// Rows of what is made.
  var outputRows: Int { outputExtent(0, inputRows) }

  /// Columns of what is made.
  var outputColumns: Int { outputExtent(1, inputColumns) }

  private func outputExtent(_ axis: Int, _ extent: Int) -> Int {
    isPadded ? extent : (extent - filter[axis]) / stride[axis] + 1
  }

  private func paddingBefore(_ axis: Int) -> Int { isPadded ? filter[axis] / 2 : 0 }

  private func paddingAfter(_ axis: Int) -> Int {
    isPadded ? filter[axis] - 1 - filter[axis] / 2 : 0
  }

  /// Rows that are read and made together.
  struct Band: Hashable {
    let inputRows: Range<Int>
    let outputRows: Range<Int>
    let paddingTop: Int
    let paddingBottom: Int
  }

  /// The bands whose outputs make the whole, for convolutions and gradients of weights.
  func outputBands() -> [Band] {
    Self.ranges(outputRows, bandCount).map { rows in
      let first = rows.lowerBound * stride[0] - paddingBefore(0)
      let end = (rows.upperBound - 1) * stride[0] - paddingBefore(0) + filter[0]
      let inputs = max(0, first)..<min(inputRows, end)
      return Band(
        inputRows: inputs, outputRows: rows, paddingTop: inputs.lowerBound - first,
        paddingBottom: end - inputs.upperBound)
    }
  }

  /// The bands whose inputs make the whole, for gradients of inputs and for inverse convolutions.
  func inputBands() -> [Band] {
    guard isPadded else {
      // Windows do not overlap: a band of outputs has its inputs for itself.
      return outputBands()
    }
    return Self.ranges(inputRows, bandCount).map { rows in
      let first = max(0, rows.lowerBound + paddingBefore(0) - filter[0] + 1)
      let end = min(outputRows, rows.upperBound + paddingBefore(0))
      let top = rows.lowerBound + paddingBefore(0) - first
      return Band(
        inputRows: rows, outputRows: first..<end, paddingTop: top,
        paddingBottom: end - first + filter[0] - 1 - rows.count - top)
    }
  }

  /// What oneDNN is told of a band.
  func extents(_ band: Band) -> onednn_extents {
    onednn_extents(
      inputChannels: Int64(inputChannels), inputRows: Int64(band.inputRows.count),
      inputColumns: Int64(inputColumns), outputChannels: Int64(outputChannels),
      outputRows: Int64(band.outputRows.count), outputColumns: Int64(outputColumns),
      filterRows: Int64(filter[0]), filterColumns: Int64(filter[1]),
      strideRows: Int64(stride[0]), strideColumns: Int64(stride[1]),
      paddingTop: Int64(band.paddingTop), paddingLeft: Int64(paddingBefore(1)),
      paddingBottom: Int64(band.paddingBottom), paddingRight: Int64(paddingAfter(1)))
  }

  /// Bands of an image, never a matter of the machine.
  ///
  /// As many as keep what one reads and makes in a cache, of rows enough not to read those at its edges
  /// too often.
  private var bandCount: Int {
    let bytesPerRow = outputColumns * (inputChannels * stride[0] * stride[1] + outputChannels) * 4
    let wanted = max(4 * (filter[0] - 1), Self.bytesPerBand / max(bytesPerRow, 1), 1)
    return max(1, outputRows / wanted)
  }

  private static let bytesPerBand = 384 << 10

  /// So many ranges of nearly the same length.
  private static func ranges(_ extent: Int, _ count: Int) -> [Range<Int>] {
    (0..<count).map { $0 * extent / count..<($0 + 1) * extent / count }
  }
}
