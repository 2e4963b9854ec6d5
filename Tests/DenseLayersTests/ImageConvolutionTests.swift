import Autodiff
import Layers
import Reference
import Sites
import Tensors
import Testing

@testable import DenseLayers

/// Proves convolutions along rows and columns against dense loops, in all three forms.
@Suite("Image convolutions against the oracle")
struct ImageConvolutionTests {
  /// Filters of odd and even extents and of one pixel, larger than the image, on images of odd sizes
  /// and of a single pixel, row or column, of no event, one and several, for one channel and many.
  static let padded: [ConvolutionProblem] = [
    ConvolutionProblem(.padded, [1, 3, 3], Extents(2, [2, 5, 7]), 3, 5),
    ConvolutionProblem(.padded, [1, 3, 3], Extents(2, [3, 5, 4]), 1, 1),
    ConvolutionProblem(.padded, [1, 3, 3], Extents(1, [1, 1, 1]), 2, 3),
    ConvolutionProblem(.padded, [1, 3, 3], Extents(0, [2, 5, 7]), 3, 5),
    ConvolutionProblem(.padded, [1, 3, 3], Extents(9, [2, 2, 3]), 2, 2),
    ConvolutionProblem(.padded, [1, 3, 3], Extents(1, [1, 6, 6]), 16, 16),
    ConvolutionProblem(.padded, [1, 3, 3], Extents(1, [1, 4, 6]), 17, 9, bias: false),
    ConvolutionProblem(.padded, [1, 5, 5], Extents(1, [3, 6, 5]), 1, 4),
    ConvolutionProblem(.padded, [1, 5, 5], Extents(2, [1, 1, 7]), 4, 1),
    ConvolutionProblem(.padded, [1, 7, 7], Extents(1, [2, 4, 3]), 2, 3),
    ConvolutionProblem(.padded, [1, 2, 2], Extents(2, [2, 5, 3]), 2, 4),
    ConvolutionProblem(.padded, [1, 4, 2], Extents(1, [1, 7, 6]), 3, 2),
    ConvolutionProblem(.padded, [1, 3, 1], Extents(1, [2, 5, 4]), 3, 2, bias: false),
    ConvolutionProblem(.padded, [1, 1, 5], Extents(1, [2, 3, 8]), 1, 3),
    ConvolutionProblem(.padded, [1, 1, 1], Extents(2, [2, 3, 5]), 4, 3),
    ConvolutionProblem(.padded, [1, 3, 3], Extents(2, [3, 5, 4]), 3, 4, masked: true),
    ConvolutionProblem(.padded, [1, 5, 5], Extents(1, [2, 6, 5]), 1, 2, masked: true),
  ]

  static let strided: [ConvolutionProblem] = [
    .strided, .inverse,
  ].flatMap { (form: ImageConvolution.Form) in
    [
      ConvolutionProblem(form, [1, 2, 2], Extents(2, [2, 4, 6]), 3, 5),
      ConvolutionProblem(form, [1, 2, 2], Extents(1, [3, 6, 10]), 1, 1),
      ConvolutionProblem(form, [1, 2, 2], Extents(1, [1, 2, 2]), 2, 3),
      ConvolutionProblem(form, [1, 2, 2], Extents(0, [3, 4, 4]), 2, 3),
      ConvolutionProblem(form, [1, 2, 2], Extents(9, [2, 2, 4]), 2, 2),
      ConvolutionProblem(form, [1, 2, 2], Extents(1, [1, 6, 6]), 16, 24),
      ConvolutionProblem(form, [1, 3, 3], Extents(2, [2, 9, 3]), 2, 4),
      ConvolutionProblem(form, [1, 2, 3], Extents(1, [2, 4, 9]), 3, 1, bias: false),
      ConvolutionProblem(form, [1, 4, 4], Extents(1, [2, 8, 4]), 1, 5),
      ConvolutionProblem(form, [1, 1, 2], Extents(1, [2, 5, 6]), 2, 2),
      ConvolutionProblem(form, [1, 1, 1], Extents(1, [2, 5, 3]), 2, 2),
      ConvolutionProblem(form, [1, 2, 2], Extents(2, [3, 6, 4]), 3, 4, masked: true),
      ConvolutionProblem(form, [1, 3, 2], Extents(1, [2, 6, 4]), 2, 3, masked: true),
    ]
  }

  static let problems = padded + strided

  @Test("outputs", arguments: problems)
  func forward(_ problem: ConvolutionProblem) throws {
    let difference = try DenseOutcome(problem).comparison()
    #expect(difference.scaledError < 1e-6, "\(difference)")
  }

  @Test("gradients of input, weight and bias by central differences", arguments: problems)
  func gradients(_ problem: ConvolutionProblem) throws {
    let errors = try DenseOutcome(problem).check.errors(components: 37)
    #expect(errors.allSatisfy { $0 < 2e-6 }, "\(errors)")
  }

  @Test("a gradient that is wrong in one component, or of another filter, is caught")
  func negativeControl() throws {
    let problem = ConvolutionProblem(.padded, [1, 3, 3], Extents(1, [1, 3, 4]), 2, 2)
    let outcome = try DenseOutcome(problem)
    for operand in outcome.check.operands.indices {
      #expect(outcome.check.errorsWhenWrong(operand: operand).allSatisfy { $0 > 2e-6 })
    }
    let flipped = stride(from: 0, to: outcome.check.gradients[1].count, by: 4).reversed().flatMap {
      outcome.check.gradients[1][$0..<$0 + 4]
    }
    #expect(compare(flipped, with: outcome.check.slopes(of: 1)).scaledError > 1e-2)
  }

  @Test("inverse convolutions go back over a layer of their window alone")
  func noWayBack() throws {
    let problem = ConvolutionProblem(.inverse, [1, 2, 2], Extents(1, [1, 4, 4]), 1, 1)
    let images = try DenseOutcome(
      ConvolutionProblem(.strided, [1, 2, 2], Extents(1, [1, 4, 4]), 1, 1)
    ).images
    let layer = problem.layer()
    let back = try layer(images)
    #expect(back.spatialSize == [1, 4, 4])
    let other = ConvolutionProblem(.inverse, [1, 2, 4], Extents(1, [1, 4, 4]), 1, 1).layer()
    #expect(
      throws: LayerError.noWayBack(layer: other.description, spatialSize: [1, 2, 2])
    ) { try other(images) }
  }

  @Test(
    "images that windows do not cover are refused by name",
    arguments: [[1, 5, 4], [1, 4, 5], [1, 1, 4], [1, 4, 1]])
  func notCovered(size: [Int]) throws {
    let layer = ConvolutionProblem(.strided, [1, 2, 2], Extents(1, [1, 4, 4]), 1, 1).layer()
    let images = try DenseImages(
      Tape(.training).variable(Tensor(rows: size.reduce(1, *), channels: 1)), batchSize: 1,
      spatialSize: size)
    let error = #expect(throws: LayerError.self) { try layer(images) }
    #expect(error == .notCovered(layer: layer.description, spatialSize: size))
    #expect(error?.description.contains("Convolution 1→1 1×2×2/1×2×2 does not cover") == true)
  }

  @Test(
    "filters that reach across planes and places at once, windows that overlap, and wrong channels",
    arguments: [
      (ImageConvolution.Form.padded, [3, 3, 3], [1, 1, 1]), (.padded, [1, 3, 3], [1, 2, 2]),
      (.strided, [1, 3, 3], [1, 2, 2]), (.strided, [1, 2, 2], [1, 3, 3]),
      (.strided, [2, 2, 2], [2, 2, 2]), (.inverse, [1, 3, 3], [1, 1, 1]),
      (.padded, [1, 3], [1, 1]), (.padded, [1, 0, 3], [1, 1, 1]),
      (.strided, [2, 1, 1], [2, 1, 1]),
    ])
  func impossibleFilter(form: ImageConvolution.Form, filter: [Int], stride: [Int]) throws {
    let make = DenseLayerFactory(random: RandomStream(seed: 1, stream: 0))
    let layer = make.convolution(form, 2, 2, filter: filter, stride: stride, bias: true)
    let images = try DenseImages(
      Tape(.training).variable(Tensor(rows: 2 * 36, channels: 2)), batchSize: 1,
      spatialSize: [2, 6, 6])
    #expect(throws: LayerError.denseFilter(layer: layer.description)) { try layer(images) }
    let narrow = make.convolution(form, 3, 2, filter: filter, stride: stride, bias: true)
    #expect(
      throws: LayerError.channels(layer: narrow.description, reads: 3, found: 2)
    ) { try narrow(images) }
  }

  @Test("no channels, and too many, are refused when the layer is applied")
  func impossibleChannels() throws {
    let make = DenseLayerFactory(random: RandomStream(seed: 1, stream: 0))
    let images = try DenseImages(
      Tape(.training).variable(Tensor(rows: 4, channels: 1)), batchSize: 1, spatialSize: [1, 2, 2])
    for channels in [0, -1, 1 << 40] {
      let layer = make.convolution(.padded, 1, channels, filter: [1, 3, 3], bias: false)
      #expect(throws: LayerError.self) { try layer(images) }
      let linear = make.linear(1, channels, bias: false)
      #expect(throws: LayerError.self) { try linear(images) }
    }
  }

  @Test("planning walks over sizes and channels alone", arguments: problems)
  func planning(_ problem: ConvolutionProblem) throws {
    let tape = Tape(.planning)
    let input = DenseImages(
      features: tape.placeholder(rows: problem.input.pixels, channels: problem.channels),
      batchSize: problem.input.batchSize, spatialSize: problem.input.size,
      mask: problem.counts.map(ImageMask.init), descent: problem.descent)
    let layer = problem.layer()
    let planned = try layer(input)
    let run = try DenseOutcome(problem).images
    #expect(planned.spatialSize == run.spatialSize)
    #expect(planned.channels == run.channels)
    #expect(planned.rows == run.rows)
    #expect(planned.countingValues() == nil)
  }
}
