import Autodiff
import Kernels
import Layers
import Tensors

/// Layers that halve and double full images without parameters.
///
/// Windows are `1×k×k`, cover the image and do not overlap.
private protocol ImageScaling: Layer where Features == DenseImages {
  var window: [Int] { get }
  var stride: [Int] { get }
}

extension ImageScaling {
  var stride: [Int] { window }

  func check() throws(LayerError) {
    guard window.count == 3, window[0] == 1, window.allSatisfy({ $0 >= 1 }), stride == window else {
      throw LayerError.denseFilter(layer: description)
    }
  }

  func extents(_ images: DenseImages, fine: [Int]) -> ImageExtents {
    ImageExtents(
      images: images.imageCount, fine: (fine[1], fine[2]), window: (window[1], window[2]))
  }

  /// Goes back to the size before the window's step, by a map and its transpose.
  func enlarge(
    _ input: DenseImages,
    _ forward: @escaping (Compute) -> (Tensor, ImageExtents) -> Tensor,
    _ backward: @escaping (Compute) -> (Tensor, ImageExtents) -> Tensor
  ) throws -> DenseImages {
    let step = try input.lastStep(filter: window, stride: window, layer: description)
    let features = input.features
    let extents = extents(input, fine: input.descent[step].spatialSize)
    let output = features.tape.record(rows: extents.finePixels, channels: features.channels) {
      compute in
      (
        forward(compute)(features.value, extents),
        { gradient in features.accumulate { backward($0)(gradient, extents) } }
      )
    }
    return input.movedBack(step, output)
  }
}

/// The largest value of each window: images in → coarser images out, as `MaxPooling` on sites.
///
/// Pixels that do not count take no part. Cost: one comparison a value.
public struct ImageMaxPooling: ImageScaling {
  /// Planes, rows and columns of a window; one plane.
  public let window: [Int]
  /// Steps of the window, which are its extents.
  public let stride: [Int]

  /// A layer with its window; one that overlaps, or spans planes, is refused when it is applied.
  public init(window: [Int], stride: [Int]) {
    self.window = window
    self.stride = stride
  }

  /// Pools.
  ///
  /// - Throws: `LayerError` when windows do not cover the images exactly, or are too large.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    try check()
    let size = try input.strided(filter: window, stride: window, layer: description)
    // No larger than the image that it covers: the product can be counted.
    let pixels = window[1] * window[2]
    guard pixels <= ImageExtents.mostPooledPixels else {
      throw LayerError.setting(
        layer: description, name: "window", value: Double(pixels),
        allowed: "\(ImageExtents.mostPooledPixels) pixels at most")
    }
    let (features, mask) = (input.features, input.mask)
    let extents = extents(input, fine: input.spatialSize)
    let output = features.tape.record(rows: extents.coarsePixels, channels: features.channels) {
      compute in
      let (output, winners) =
        if let mask {
          mask.isActive.withUnsafeBufferPointer {
            compute.maxPool(features.value, extents, isActive: $0.baseAddress)
          }
        } else {
          compute.maxPool(features.value, extents)
        }
      return (
        output,
        { gradient in
          features.accumulate { $0.maxPoolBackward(gradient, winners: winners, extents) }
        }
      )
    }
    return try input.moved(to: size, filter: window, stride: window, output)
  }

  /// As the sparse layer prints it.
  public var description: String { "MaxPooling \(name(window))" }
}

/// Every value copied to its window: images in → finer images out, as `UnPooling` on sites.
///
/// Cost: one copy a value.
public struct ImageUnPooling: ImageScaling {
  /// Planes, rows and columns of a window; one plane.
  public let window: [Int]
  /// Steps of the window, which are its extents.
  public let stride: [Int]

  /// A layer with its window; one that overlaps, or spans planes, is refused when it is applied.
  public init(window: [Int], stride: [Int]) {
    self.window = window
    self.stride = stride
  }

  /// Copies.
  ///
  /// - Throws: `LayerError` when no pooling or convolution of this window made the images' size.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    try check()
    return try enlarge(input, Compute.copyToWindows, Compute.sumWindows)
  }

  /// As the sparse layer prints it.
  public var description: String { "UnPooling \(name(window))" }
}

/// Images of twice as many rows and columns, between the nearest pixels: images in → finer images out.
///
/// PyTorch's `Upsample(scale_factor=2, mode="bilinear")`; see `Compute.doubleBilinearly`.
public struct BilinearDoubling: ImageScaling {
  /// One plane, two rows and two columns.
  public let window = [1, 2, 2]

  /// A layer without settings.
  public init() {}

  /// Interpolates.
  ///
  /// - Throws: `LayerError` when nothing halved the images, or where not all pixels count: a pixel
  ///   without neighbours has nothing to lie between.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    guard input.mask == nil else { throw LayerError.needsAllPixels(layer: description) }
    return try enlarge(input, Compute.doubleBilinearly, Compute.doubleBilinearlyBackward)
  }
}

private func name(_ window: [Int]) -> String {
  let size = window.map(String.init).joined(separator: "×")
  return "\(size)/\(size)"
}
