import Autodiff
import Kernels
import Layers
import Sites
import Tensors

/// A network over full images, as one of sites: sites in → the same sites out.
///
/// Either every pixel of every image is a site, and all count; or those that are not become zero after
/// every layer and take no part in normalisation and pooling, and the results are those of the sparse
/// network of the same layers and parameters. Cost: that of full images, however few sites there are;
/// with a mask, a copy of the features for every layer besides.
///
/// ```swift
/// let dense = try UResNet(configuration, over: DenseConvolutions(seed: 1))
/// let network = NetworkOnImages(dense, masking: true)
/// ```
public struct NetworkOnImages: HeadedNetwork {
  private let network: any Layer<DenseImages>
  private let isMasking: Bool

  /// A dense network for sites of (plane, row, column).
  ///
  /// - Parameter isMasking: whether pixels that are no sites are kept at zero; otherwise there must be
  ///   none.
  public init(_ network: any Layer<DenseImages>, masking isMasking: Bool) {
    self.network = network
    self.isMasking = isMasking
  }

  /// The network's own.
  public var ownParameters: [(name: String, parameter: Parameter)] { network.ownParameters }

  /// The network's.
  public var parts: [(name: String, part: any Module)] { network.parts }

  /// Runs the network.
  ///
  /// - Throws: what the network throws; `LayerError` for sites of other than three axes, when not every
  ///   pixel is a site and nothing masks those that are not, or when the network ends on images of
  ///   another size.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    try scores(input).pixels
  }

  /// Runs the network and its heads.
  ///
  /// - Throws: what the network throws; `LayerError` for sites of other than three axes, or when not
  ///   every pixel is a site and nothing masks those that are not.
  public func scores(_ input: SparseTensor) throws -> NetworkScores<SparseTensor> {
    let sites = input.sites
    guard sites.spatialSize.count == 3 else {
      throw LayerError.needsPlanes(layer: "NetworkOnImages", spatialSize: sites.spatialSize)
    }
    let pixels = try DenseTensor.rows(sites.batchSize, sites.spatialSize, channels: input.channels)
    let isPlanning = input.tape.purpose == .planning
    guard isMasking || isPlanning || sites.count == pixels else {
      throw LayerError.missingPixels(sites: sites.count, pixels: pixels)
    }
    guard !isPlanning else { return NetworkScores(pixels: try plan(input, pixels: pixels)) }
    // Of a single event all pixels have the order of rows already.
    if !isMasking, sites.batchSize == 1 {
      let images = try DenseImages(
        input.features, batchSize: 1, spatialSize: sites.spatialSize)
      return try onSites(input, said(of: images)) { $0.features }
    }
    let (mask, rows) = try ImageMask.of(sites)
    let images = try DenseImages(
      input.features.scattered(to: rows, rowCount: pixels), batchSize: sites.batchSize,
      spatialSize: sites.spatialSize, mask: isMasking ? mask : nil)
    return try onSites(input, said(of: images)) { $0.features.gathered(from: rows) }
  }

  private func said(of images: DenseImages) throws -> NetworkScores<DenseImages> {
    let headed = network as? any HeadedNetwork<DenseImages>
    let said = try headed?.scores(images) ?? NetworkScores(pixels: network(images))
    guard said.pixels.spatialSize == images.spatialSize else {
      throw LayerError.differentPixels(
        layer: "NetworkOnImages", first: images.spatialSize, other: said.pixels.spatialSize)
    }
    return said
  }

  private func onSites(
    _ input: SparseTensor, _ said: NetworkScores<DenseImages>,
    _ pixels: (DenseImages) -> Variable
  ) throws -> NetworkScores<SparseTensor> {
    try NetworkScores(
      pixels: input.replacing(pixels(said.pixels)),
      events: said.events.map {
        let events = try SiteSet.events(batchSize: $0.batchSize, dimension: 3)
        return try input.replacing($0.features, on: events)
      },
      vertex: said.vertex.map {
        let (cells, rows) = try $0.sites()
        return try input.replacing($0.features.gathered(from: rows), on: cells)
      })
  }

  /// Walks over sizes and channels alone.
  private func plan(_ input: SparseTensor, pixels: Int) throws -> SparseTensor {
    let tape = input.tape
    let images = try DenseImages(
      tape.placeholder(rows: pixels, channels: input.channels), batchSize: input.sites.batchSize,
      spatialSize: input.spatialSize,
      mask: isMasking ? ImageMask(isActive: [Bool](repeating: false, count: pixels)) : nil)
    return try input.replacing(
      tape.placeholder(rows: input.rows, channels: said(of: images).pixels.channels))
  }

  /// The network's layers, part by part.
  public var description: String { network.description }
}
