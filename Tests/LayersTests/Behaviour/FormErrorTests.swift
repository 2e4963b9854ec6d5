import Autodiff
import Layers
import Sites
import Tensors
import TestSites
import Testing

/// Proves that layers of any filter can be made, say what they are, and refuse what cannot be.
@Suite("Layers of every form: errors and descriptions")
struct FormErrorTests {
  private func input(channels: Int = 2) throws -> SparseTensor {
    let plan = Plan(try siteSet([[0, 1, 1], [0, 4, 5]], batchSize: 1, spatialSize: [8, 8]))
    return try SparseTensor(
      Tensor(rows: 2, channels: channels), plan: plan, tape: Tape(.inference))
  }

  private func layers(
    _ size: [Int], stride: [Int], dilation: [Int]? = nil, shape: FilterGeometry.Shape = .box
  ) -> [any Layer<SparseTensor>] {
    var random = RandomStream(seed: 1, stream: 0)
    return [
      SubmanifoldConvolution(
        inputChannels: 2, outputChannels: 3, filterSize: size, dilation: dilation, shape: shape,
        random: &random),
      Convolution(
        inputChannels: 2, outputChannels: 3, filterSize: size, filterStride: stride,
        dilation: dilation, shape: shape, random: &random),
      Deconvolution(
        inputChannels: 2, outputChannels: 3, filterSize: size, filterStride: stride,
        dilation: dilation, shape: shape, random: &random),
      FullConvolution(
        inputChannels: 2, outputChannels: 3, filterSize: size, filterStride: stride,
        dilation: dilation, shape: shape, random: &random),
      MaxPooling(poolSize: size, poolStride: stride, dilation: dilation, shape: shape),
      SumPooling(poolSize: size, poolStride: stride, dilation: dilation, shape: shape),
      AveragePooling(poolSize: size, poolStride: stride, dilation: dilation, shape: shape),
      AveragePooling(
        poolSize: size, poolStride: stride, dilation: dilation, shape: shape,
        countingActiveOnly: true),
      UnPooling(poolSize: size, poolStride: stride, dilation: dilation, shape: shape),
    ]
  }

  @Test("impossible filters make layers that every use refuses")
  func impossible() throws {
    for layer in layers([], stride: []) + layers([0, 3], stride: [1, 1])
      + layers([3, 3], stride: [1, 1], dilation: [.max, .max])
      + layers([.max, .max], stride: [1, 1])
      + layers([3, 3], stride: [1, 1], dilation: [1])
      + layers([3, 3], stride: [1, 1], shape: .cells([]))
      + layers([3, 3], stride: [1, 1], shape: .cells([[3, 0]]))
      + layers([65, 1], stride: [1, 1]) + layers([3, 3, 3], stride: [1, 1, 1])
    {
      #expect(throws: SiteError.self, "\(layer)") { try layer(input()) }
    }
  }

  @Test("given sites of another size, and another number of channels, are refused")
  func givenSites() throws {
    let right = try siteSet([[0, 0, 0]], batchSize: 1, spatialSize: [4, 4])
    let wrong = try siteSet([[0, 0, 0]], batchSize: 1, spatialSize: [5, 4])
    var random = RandomStream(seed: 1, stream: 0)
    let down = Convolution(
      inputChannels: 2, outputChannels: 3, filterSize: [2, 2], filterStride: [2, 2],
      random: &random)
    #expect(try down(input(), onto: right).sites === right)
    #expect(throws: SiteError.self) { try down(input(), onto: wrong) }
    #expect(throws: LayerError.self) { try down(input(channels: 1), onto: right) }
    let same = SubmanifoldConvolution(
      inputChannels: 2, outputChannels: 3, filterSize: [3, 3], random: &random)
    #expect(throws: SiteError.self) { try same(input(), onto: right) }
    #expect(throws: LayerError.self) { try same(input(channels: 3), onto: right) }
    let grow = FullConvolution(
      inputChannels: 2, outputChannels: 3, filterSize: [2, 2], filterStride: [2, 2],
      random: &random)
    #expect(throws: SiteError.self) { try grow(input(), onto: right) }
    #expect(throws: LayerError.self) { try grow(input(channels: 3)) }
  }

  @Test("a layer reads as SparseConvNet prints it")
  func descriptions() {
    #expect(
      layers([2, 3], stride: [2, 1], dilation: [1, 4], shape: .cross).map(\.description) == [
        "SubmanifoldConvolution 2→3 2×3 dilation 1×4 cross",
        "Convolution 2→3 2×3/2×1 dilation 1×4 cross",
        "Deconvolution 2→3 2×3/2×1 dilation 1×4 cross",
        "FullConvolution 2→3 2×3/2×1 dilation 1×4 cross",
        "MaxPooling 2×3/2×1 dilation 1×4 cross",
        "SumPooling 2×3/2×1 dilation 1×4 cross",
        "AveragePooling 2×3/2×1 dilation 1×4 cross",
        "AveragePooling 2×3/2×1 dilation 1×4 cross of active sites",
        "UnPooling 2×3/2×1 dilation 1×4 cross",
      ])
  }
}
