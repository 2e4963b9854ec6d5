import Autodiff
import Kernels
import Layers
import Sites
import Synchronization
import Tensors

/// A convolution of full images along the plane axis: pixels of one place see each other across planes.
///
/// The filter is `p×1×1` and its stride one. Every pixel is a site of one long image, on which the
/// sparse convolution of the same name runs: the images at the bottom of a network, where planes
/// meet, are small. Cost: filter × input × output channels multiply-adds for each pixel, and a
/// rulebook of all of them the first time.
public struct PlaneConvolution: Layer {
  /// What flows through it.
  public typealias Features = DenseImages

  /// Which of the sparse layers it is on full images.
  public let form: ImageConvolution.Form
  /// Geometry, weight `[filter volume, input channels, output channels]` and bias.
  public let filters: Filters

  private let rulebooks: PlaneRulebooks

  init(_ form: ImageConvolution.Form, _ filters: Filters, _ rulebooks: PlaneRulebooks) {
    self.form = form
    self.filters = filters
    self.rulebooks = rulebooks
  }

  /// Weight and bias.
  public var ownParameters: [(name: String, parameter: Parameter)] { filters.ownParameters }

  /// Convolves.
  ///
  /// - Throws: `LayerError` for the wrong number of channels, or fewer planes than the filter needs.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    try filters.check(channels: input.channels, layer: self)
    let (filter, stride) = (filters.geometry.size, filters.geometry.stride)
    guard filter.count == 3, stride == [1, 1, 1] else {
      throw LayerError.denseFilter(layer: description)
    }
    switch form {
    case .padded:
      let rulebook = try rulebooks.submanifold(input, filters.geometry)
      return input.with(filters.convolve(input.features, rulebook, .forward))
    case .strided:
      let size = try input.strided(filter: filter, stride: stride, layer: description)
      let rulebook = try rulebooks.strided(input.batchSize, input.spatialSize, filters.geometry)
      return try input.moved(
        to: size, filter: filter, stride: stride,
        filters.convolve(input.features, rulebook, .forward))
    case .inverse:
      let step = try input.lastStep(filter: filter, stride: stride, layer: description)
      let rulebook = try rulebooks.strided(
        input.batchSize, input.descent[step].spatialSize, filters.geometry)
      return input.movedBack(step, filters.convolve(input.features, rulebook, .inverse))
    }
  }

  /// As the sparse layer prints it.
  public var description: String {
    "\(form.rawValue) \(filters.inputChannels)→\(filters.outputChannels) \(filters.geometry)"
  }
}

/// The rulebooks of all pixels, by size, made when first asked for: by a step, or by who plans ahead.
final class PlaneRulebooks: Sendable {
  private let plans = Mutex<[[Int]: Plan]>([:])

  func submanifold(_ images: DenseImages, _ geometry: FilterGeometry) throws -> Rulebook {
    let plan = try plan(images.batchSize, images.spatialSize)
    return try plan.submanifold(plan.sites, geometry)
  }

  func strided(
    _ batchSize: Int, _ spatialSize: [Int], _ geometry: FilterGeometry
  ) throws -> Rulebook {
    let plan = try plan(batchSize, spatialSize)
    return try plan.strided(plan.sites, geometry)
  }

  /// All pixels as sites.
  ///
  /// Events lie below each other, so that sites have the order of rows. No events are an image without
  /// sites.
  private func plan(_ batchSize: Int, _ spatialSize: [Int]) throws -> Plan {
    let size = [spatialSize[0], spatialSize[1] * max(1, batchSize), spatialSize[2]]
    let pixels = batchSize == 0 ? 0 : size.reduce(1, *)
    let key = size + [pixels]
    if let plan = plans.withLock({ $0[key] }) { return plan }
    let plan = Plan(
      try SiteSet(
        packing: SitePacking(batchSize: 1, spatialSize: size),
        positions: (0..<pixels).map { Int32($0) }))
    plans.withLock { $0[key] = plan }
    return plan
  }
}
