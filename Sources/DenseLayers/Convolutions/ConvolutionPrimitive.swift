import CONEDNN

/// oneDNN's convolution of one band, in one direction.
///
/// It holds generated code and no values: threads use one primitive at the same time.
final class ConvolutionPrimitive: @unchecked Sendable {
  /// What a convolution is run for.
  enum Direction: Hashable {
    /// From the input to the output.
    case forward
    /// From the output to the input: an inverse convolution, or the gradient of the input.
    case backward
    /// From both to the gradient of the weights.
    case weights

    var code: Int32 {
      switch self {
      case .forward: Int32(ONEDNN_FORWARD.rawValue)
      case .backward: Int32(ONEDNN_BACKWARD.rawValue)
      case .weights: Int32(ONEDNN_WEIGHTS.rawValue)
      }
    }
  }

  private var convolution = onednn_convolution()

  /// Floats of the weights in the order that the convolution wants.
  let packedCount: Int

  /// Floats of working memory, which each thread needs for itself.
  let scratchCount: Int

  init(_ direction: Direction, _ extents: onednn_extents, areChannelsReversed: Bool) {
    var extents = extents
    let status = onednn_create(
      &convolution, direction.code, &extents, areChannelsReversed ? 1 : 0)
    precondition(status == dnnl_success, "oneDNN makes a convolution of extents that were checked")
    packedCount = (convolution.packedBytes + 3) / MemoryLayout<Float>.stride
    scratchCount = (convolution.scratchBytes + 3) / MemoryLayout<Float>.stride
  }

  deinit {
    onednn_destroy(&convolution)
  }

  /// Whether both want their weights packed in one way.
  func packsAlike(_ other: ConvolutionPrimitive) -> Bool {
    onednn_pack_alike(&convolution, &other.convolution) != 0
  }

  /// From weights as they are kept to packed ones; back again for the gradient of weights.
  func reorder(
    _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let status = onednn_reorder(&convolution, source, target, scratch)
    precondition(status == dnnl_success, "oneDNN reorders weights")
  }

  /// Runs the convolution: which of the three is written follows from its direction.
  func run(
    input: UnsafeMutablePointer<Float>, packed: UnsafeMutablePointer<Float>,
    output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) {
    let status = onednn_execute(&convolution, input, packed, output, scratch)
    precondition(status == dnnl_success, "oneDNN runs the convolutions it made")
  }
}

/// The convolutions of a network, each made once.
final class ConvolutionPrimitives {
  private struct Key: Hashable {
    let direction: ConvolutionPrimitive.Direction
    let geometry: ImageConvolutionGeometry
    let rows: [Int]
    let areChannelsReversed: Bool
  }

  private var known: [Key: ConvolutionPrimitive] = [:]

  func primitive(
    _ direction: ConvolutionPrimitive.Direction, _ geometry: ImageConvolutionGeometry,
    _ band: ImageConvolutionGeometry.Band, areChannelsReversed: Bool
  ) -> ConvolutionPrimitive {
    // Bands in the middle of an image are alike but for their place.
    let key = Key(
      direction: direction, geometry: geometry,
      rows: [
        band.inputRows.count, band.outputRows.count, band.paddingTop, band.paddingBottom,
      ], areChannelsReversed: areChannelsReversed)
    if let primitive = known[key] { return primitive }
    let primitive = ConvolutionPrimitive(
      direction, geometry.extents(band), areChannelsReversed: areChannelsReversed)
    known[key] = primitive
    return primitive
  }
}
