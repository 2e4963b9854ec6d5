import Autodiff
import Layers
import Reference
import Tensors
import Testing

@testable import DenseLayers

/// Proves convolutions along planes against dense loops, in all three forms.
@Suite("Plane convolutions against the oracle")
struct PlaneConvolutionTests {
  static let problems: [ConvolutionProblem] =
    [
      ConvolutionProblem(.padded, [3, 1, 1], Extents(2, [3, 2, 3]), 2, 3),
      ConvolutionProblem(.padded, [3, 1, 1], Extents(1, [1, 3, 2]), 1, 1),
      ConvolutionProblem(.padded, [3, 1, 1], Extents(3, [2, 1, 1]), 4, 2, bias: false),
      ConvolutionProblem(.padded, [2, 1, 1], Extents(1, [4, 3, 2]), 2, 2),
      ConvolutionProblem(.padded, [5, 1, 1], Extents(2, [3, 2, 2]), 2, 8),
      ConvolutionProblem(.padded, [3, 1, 1], Extents(0, [3, 2, 2]), 2, 2),
      ConvolutionProblem(.padded, [3, 1, 1], Extents(2, [3, 4, 3]), 2, 3, masked: true),
    ]
    + [ImageConvolution.Form.strided, .inverse].flatMap { form in
      [
        ConvolutionProblem(form, [3, 1, 1], Extents(2, [3, 2, 3]), 2, 3),
        ConvolutionProblem(form, [3, 1, 1], Extents(1, [3, 1, 1]), 1, 1),
        ConvolutionProblem(form, [2, 1, 1], Extents(2, [4, 3, 2]), 3, 8, bias: false),
        ConvolutionProblem(form, [3, 1, 1], Extents(0, [3, 2, 2]), 2, 2),
        ConvolutionProblem(form, [3, 1, 1], Extents(2, [3, 4, 3]), 2, 3, masked: true),
        ConvolutionProblem(form, [2, 1, 1], Extents(3, [3, 3, 2]), 1, 2, masked: true),
      ]
    }

  @Test("outputs", arguments: problems)
  func forward(_ problem: ConvolutionProblem) throws {
    let difference = try DenseOutcome(problem).comparison()
    #expect(difference.scaledError < 1e-6, "\(difference)")
  }

  @Test("gradients of input, weight and bias by central differences", arguments: problems)
  func gradients(_ problem: ConvolutionProblem) throws {
    let errors = try DenseOutcome(problem).check.errors()
    #expect(errors.allSatisfy { $0 < 2e-6 }, "\(errors)")
  }

  @Test("the same bits on one, two and three threads", arguments: problems)
  func threads(_ problem: ConvolutionProblem) throws {
    let single = try DenseOutcome(problem, threads: 1).bits
    #expect(try DenseOutcome(problem, threads: 2).bits == single)
    #expect(try DenseOutcome(problem, threads: 3).bits == single)
  }

  @Test("one layer serves batches of any number of events")
  func batches() throws {
    func layer() -> any Layer<DenseImages> {
      DenseLayerFactory(random: RandomStream(seed: 1, stream: 0)).convolution(
        .padded, 1, 2, filter: [3, 1, 1], bias: true)
    }
    func output(_ layer: any Layer<DenseImages>, batchSize: Int) throws -> [Float] {
      let rows = 6 * batchSize
      let features = Tensor(rows: rows, channels: 1, (0..<rows).map { Float($0) })
      let images = try DenseImages(
        Tape(.training).variable(features), batchSize: batchSize, spatialSize: [3, 1, 2])
      return try layer(images).features.value.array
    }
    let serving = layer()
    for batchSize in [0, 1, 2, 1, 0, 4, 2] {
      let alone = try output(layer(), batchSize: batchSize)
      #expect(try output(serving, batchSize: batchSize) == alone, "\(batchSize) events")
    }
  }

  @Test("fewer planes than the filter has are refused")
  func fewPlanes() throws {
    let make = DenseLayerFactory(random: RandomStream(seed: 1, stream: 0))
    let layer = make.convolution(.strided, 1, 1, filter: [3, 1, 1], bias: true)
    let images = try DenseImages(
      Tape(.training).variable(Tensor(rows: 8, channels: 1)), batchSize: 1, spatialSize: [2, 2, 2])
    #expect(throws: LayerError.notCovered(layer: layer.description, spatialSize: [2, 2, 2])) {
      try layer(images)
    }
    let back = make.convolution(.inverse, 1, 1, filter: [3, 1, 1], bias: true)
    #expect(throws: LayerError.noWayBack(layer: back.description, spatialSize: [2, 2, 2])) {
      try back(images)
    }
  }
}
