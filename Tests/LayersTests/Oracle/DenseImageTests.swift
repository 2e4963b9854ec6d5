import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves sparse convolutions on images that are occupied everywhere against dense loops, which
/// know neither sites nor rulebooks.
@Suite("Fully occupied images against dense convolution")
struct DenseImageTests {
  @Test(
    "submanifold, strided and full convolutions, and a sparse oracle that agrees",
    arguments: ConvolutionForm.allCases, 1...4)
  func dense(_ form: ConvolutionForm, dimension: Int) throws {
    for filter in FilterVariety.filters(dimension: dimension) {
      let image = Image(form == .submanifold ? FilterVariety.unstrided(filter) : filter, form)
      let (sites, output) = try image.production()
      let expected = image.dense()
      #expect(sites.spatialSize == expected.spatialSize)
      let rowsOfPlaces = rowNumbers(of: Image.everywhere(expected.spatialSize))
      let numbers = try coordinates(sites).map { try #require(rowsOfPlaces[$0]) }
      let denseRows = expected.rows
      let reached = Set(numbers)
      let difference = compare(rows(output), with: numbers.map { denseRows[$0] })
      #expect(difference.scaledError < 1e-6, "\(form) \(filter): \(difference)")
      // The oracle of dictionaries gives the dense oracle's numbers, to the last bits of a double.
      #expect(
        compare(image.sparse(coordinates(sites)), with: numbers.map { denseRows[$0] })
          .scaledError < 1e-13)
      // Where there is no site, no input reaches: nothing but the bias.
      for row in denseRows.indices where !reached.contains(row) {
        #expect(denseRows[row] == image.bias)
      }
      if form != .full { #expect(sites.count == denseRows.count) }
    }
  }

  @Test("an image with one empty place is not the dense one")
  func negativeControl() throws {
    let image = Image(FilterCells([3, 3]), .submanifold)
    let dense = image.dense().rows
    var sparse = image.features
    sparse[7] = sparse[7].map { _ in 0 }
    #expect(
      compare(image.sparse(image.sites, features: sparse), with: dense).scaledError > 1e-2)
  }

  /// An image of two events, occupied everywhere, and a filter on it.
  private struct Image {
    let filter: FilterCells
    let form: ConvolutionForm
    let spatialSize: [Int]
    let features: [[Double]]
    let weights: [Double]
    let bias: [Double]
    static let inputChannels = 2

    static func everywhere(_ size: [Int]) -> [[Int]] {
      (0..<2).flatMap { event in filterOffsets(size).map { [event] + $0 } }
    }

    var sites: [[Int]] { Self.everywhere(spatialSize) }

    init(_ filter: FilterCells, _ form: ConvolutionForm) {
      self.filter = filter
      self.form = form
      spatialSize = FilterVariety.spatialSize(for: filter)
      var random = SplitMix(seed: 8)
      features = random.rows(
        2 * spatialSize.reduce(1, *), channels: Self.inputChannels)
      weights = random.values(filter.offsets.count * Self.inputChannels * 3)
      bias = random.values(3)
    }

    private var shaped: [[[Double]]] {
      shapedWeights(
        weights, offsets: filter.offsets.count, inputChannels: Self.inputChannels,
        outputChannels: 3)
    }

    func dense() -> DenseImage {
      denseConvolution(
        DenseImage(
          events: 2, spatialSize: spatialSize, channels: Self.inputChannels,
          values: Array(features.joined())), filter, form: form, weights: shaped, bias: bias)
    }

    func sparse(_ output: [[Int]], features: [[Double]]? = nil) -> [[Double]] {
      applyRulebook(
        features ?? self.features,
        rulebook: generalRulebook(input: sites, output: output, filter, form: form),
        outputRows: output.count, weights: shaped, bias: bias)
    }

    func production() throws -> (SiteSet, Tensor) {
      var random = RandomStream(seed: 1, stream: 0)
      let shape = FilterGeometry.Shape(filter.kind)
      let layer: any FilterLayer & Layer<SparseTensor> =
        switch form {
        case .submanifold:
          SubmanifoldConvolution(
            inputChannels: Self.inputChannels, outputChannels: 3, filterSize: filter.size,
            dilation: filter.dilation, shape: shape, random: &random)
        case .strided:
          Convolution(
            inputChannels: Self.inputChannels, outputChannels: 3, filterSize: filter.size,
            filterStride: filter.stride, dilation: filter.dilation, shape: shape, random: &random)
        case .full:
          FullConvolution(
            inputChannels: Self.inputChannels, outputChannels: 3, filterSize: filter.size,
            filterStride: filter.stride, dilation: filter.dilation, shape: shape, random: &random)
        }
      layer.weight.set(weights)
      layer.bias?.set(bias)
      let plan = Plan(try siteSet(sites, batchSize: 2, spatialSize: spatialSize))
      let output = try LayerPass(
        tensor(features, channels: Self.inputChannels), plan: plan
      ) { try layer($0) }.output
      return (output.sites, output.features.value)
    }
  }
}
