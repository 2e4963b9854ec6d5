import Layers
import Sites
import Tensors
import TestSites
import Testing

/// Proves the examples of the documentation page on sites, number by number.
@Suite("The documentation's example")
struct DocumentedExampleTests {
  /// `(1,1)`, `(1,2)`, `(3,3)` of a 6×6 image, with ones.
  private func input(_ sites: [[Int]] = [[0, 1, 1], [0, 1, 2], [0, 3, 3]]) throws -> SparseTensor {
    let plan = Plan(try siteSet(sites, batchSize: 1, spatialSize: [6, 6]))
    let ones = Tensor(rows: sites.count, channels: 1)
    ones.fill(1)
    return try SparseTensor(ones, plan: plan, tape: .init(.inference))
  }

  /// Places without the event, and values, with all weights one.
  private func apply(
    _ layer: any Layer<SparseTensor>, to input: SparseTensor
  ) throws -> (places: [[Int]], values: [Float]) {
    for parameter in layer.trainedParameters { parameter.value.fill(1) }
    let output = try layer(input)
    return (
      coordinates(output.sites).map { Array($0.dropFirst()) }, output.features.value.array
    )
  }

  private func submanifold(
    _ size: [Int], dilation: [Int]? = nil, shape: FilterGeometry.Shape = .box
  ) -> SubmanifoldConvolution {
    var random = RandomStream(seed: 1, stream: 0)
    return SubmanifoldConvolution(
      inputChannels: 1, outputChannels: 1, filterSize: size, dilation: dilation, shape: shape,
      bias: false, random: &random)
  }

  private func strided(_ size: [Int], _ stride: [Int]) -> Convolution {
    var random = RandomStream(seed: 1, stream: 0)
    return Convolution(
      inputChannels: 1, outputChannels: 1, filterSize: size, filterStride: stride, bias: false,
      random: &random)
  }

  private let two = [2, 2]
  private let coarse = [[0, 0], [0, 1], [1, 1]]

  @Test("submanifold convolutions: odd, even, dilated, cross")
  func submanifoldValues() throws {
    let input = try input()
    #expect(try apply(submanifold([3, 3]), to: input).values == [2, 2, 1])
    #expect(try apply(submanifold(two), to: input).values == [1, 2, 1])
    #expect(try apply(submanifold([3, 3], dilation: two), to: input).values == [2, 1, 2])
    #expect(try apply(submanifold([3, 3], shape: .cross), to: input).values == [2, 2, 1])
  }

  @Test("strided convolutions and pooling")
  func coarserSites() throws {
    let input = try input()
    let layers: [(any Layer<SparseTensor>, Float)] = [
      (strided(two, two), 1), (MaxPooling(poolSize: two, poolStride: two), 1),
      (SumPooling(poolSize: two, poolStride: two), 1),
      (AveragePooling(poolSize: two, poolStride: two), 0.25),
      (AveragePooling(poolSize: two, poolStride: two, countingActiveOnly: true), 1),
    ]
    for (layer, value) in layers {
      let (places, values) = try apply(layer, to: input)
      #expect(places == coarse, "\(layer)")
      #expect(values == [value, value, value], "\(layer)")
    }
    let (places, values) = try apply(strided([3, 3], [1, 1]), to: input)
    #expect(places.count == 13)
    let found = Dictionary(uniqueKeysWithValues: zip(places, values))
    #expect(found[[0, 0]] == 2)
    #expect(found[[0, 2]] == 1)
    #expect(found[[1, 1]] == 3)
  }

  @Test("one row for the event")
  func event() throws {
    #expect(try apply(GlobalPooling(.sum), to: input()).values == [3])
  }

  @Test("three ways back to finer sites")
  func upsampling() throws {
    let input = try input()
    var random = RandomStream(seed: 1, stream: 0)
    let down = try strided(two, two)(input)
    let back = Deconvolution(
      inputChannels: 1, outputChannels: 1, filterSize: two, filterStride: two, bias: false,
      random: &random)
    let grow = FullConvolution(
      inputChannels: 1, outputChannels: 1, filterSize: two, filterStride: two, bias: false,
      random: &random)
    #expect(try apply(back, to: down).places == [[1, 1], [1, 2], [3, 3]])
    #expect(
      try apply(UnPooling(poolSize: two, poolStride: two), to: down).places
        == [[1, 1], [1, 2], [3, 3]])
    let grown =
      [0, 1].flatMap { row in (0..<4).map { [row, $0] } }
      + [2, 3].flatMap { row in (2..<4).map { [row, $0] } }
    #expect(try apply(grow, to: down).places == grown)
  }
}
