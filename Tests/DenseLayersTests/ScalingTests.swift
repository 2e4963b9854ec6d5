import Autodiff
import Layers
import Reference
import Tensors
import TestSites
import Testing

@testable import DenseLayers

/// Proves pooling, doubling and the stacking of planes against plain loops.
@Suite("Images halved, doubled and stacked against the oracle")
struct ScalingTests {
  static let problems: [ScalingProblem] =
    [ScalingProblem.Operator.maximum, .copies].flatMap { layer in
      [
        ScalingProblem(layer, [1, 2, 2], Extents(2, [3, 4, 6]), 3),
        ScalingProblem(layer, [1, 2, 2], Extents(1, [1, 2, 2]), 1),
        ScalingProblem(layer, [1, 2, 2], Extents(0, [3, 4, 4]), 2),
        ScalingProblem(layer, [1, 2, 2], Extents(3, [2, 10, 14]), 17),
        ScalingProblem(layer, [1, 3, 2], Extents(1, [2, 9, 4]), 2),
        ScalingProblem(layer, [1, 1, 5], Extents(2, [1, 3, 5]), 4),
        ScalingProblem(layer, [1, 1, 1], Extents(1, [2, 3, 5]), 2),
        ScalingProblem(layer, [1, 2, 2], Extents(2, [3, 6, 8]), 3, masked: true),
        ScalingProblem(layer, [1, 3, 3], Extents(1, [2, 3, 6]), 2, masked: true),
      ]
    }
    + [
      ScalingProblem(.between, [1, 2, 2], Extents(2, [3, 6, 10]), 3),
      ScalingProblem(.between, [1, 2, 2], Extents(1, [1, 2, 2]), 1),
      ScalingProblem(.between, [1, 2, 2], Extents(2, [1, 2, 8]), 2),
      ScalingProblem(.between, [1, 2, 2], Extents(1, [2, 10, 2]), 2),
      ScalingProblem(.between, [1, 2, 2], Extents(1, [2, 4, 4]), 9),
      ScalingProblem(.between, [1, 2, 2], Extents(0, [2, 4, 4]), 2),
    ]
    + [ScalingProblem.Operator.stacked, .unstacked].flatMap { layer in
      // Channels of what is read: of one plane, or of all.
      let channels = layer == .stacked ? 2 : 6
      return [
        ScalingProblem(layer, [3, 1, 1], Extents(2, [3, 2, 5]), channels),
        ScalingProblem(layer, [3, 1, 1], Extents(1, [3, 1, 1]), channels),
        ScalingProblem(layer, [2, 1, 1], Extents(3, [2, 3, 2]), channels),
        ScalingProblem(layer, [1, 1, 1], Extents(2, [1, 3, 2]), channels),
        ScalingProblem(layer, [3, 1, 1], Extents(0, [3, 3, 2]), channels),
        ScalingProblem(layer, [3, 1, 1], Extents(2, [3, 4, 3]), channels, masked: true),
      ]
    }

  @Test("outputs", arguments: problems)
  func forward(_ problem: ScalingProblem) throws {
    let difference = try DenseOutcome(problem).comparison()
    #expect(difference.scaledError < 1e-6, "\(difference)")
  }

  @Test("gradients by central differences", arguments: problems)
  func gradients(_ problem: ScalingProblem) throws {
    let errors = try DenseOutcome(problem).check.errors(components: 101)
    #expect(errors.allSatisfy { $0 < 2e-6 }, "\(errors)")
  }

  @Test("the same bits on one, two and three threads", arguments: problems)
  func threads(_ problem: ScalingProblem) throws {
    let single = try DenseOutcome(problem, threads: 1).bits
    #expect(try DenseOutcome(problem, threads: 2).bits == single)
    #expect(try DenseOutcome(problem, threads: 3).bits == single)
  }

  @Test("a gradient that is wrong in one component is caught")
  func negativeControl() throws {
    for layer in [ScalingProblem.Operator.maximum, .copies, .between] {
      let check = try DenseOutcome(ScalingProblem(layer, [1, 2, 2], Extents(1, [2, 4, 4]), 2)).check
      #expect(check.errorsWhenWrong(operand: 0).allSatisfy { $0 > 2e-6 })
    }
  }

  private func images(_ values: [Float], _ size: [Int], channels: Int = 1) throws -> DenseImages {
    let tape = Tape(.training)
    let rows = size.reduce(1, *)
    return try DenseImages(
      tape.variable(Tensor(rows: rows, channels: channels, values), needsGradient: true),
      batchSize: 1, spatialSize: size)
  }

  @Test("of equal values the one of the lowest offset wins and takes the gradient")
  func ties() throws {
    let input = try images([1, 3, 0, 0, 3, 3, 0, 0], [1, 2, 4])
    let output = try ImageMaxPooling(window: [1, 2, 2], stride: [1, 2, 2])(input)
    #expect(output.features.value.array == [3, 0])
    input.tape.backward(from: output.features, gradient: Tensor(rows: 2, channels: 1, [5, 7]))
    #expect(input.features.gradient?.array == [0, 5, 7, 0, 0, 0, 0, 0])
  }

  @Test("values below zero are pooled as others, and pixels that do not count never win")
  func masked() throws {
    let tape = Tape(.training)
    let features = tape.variable(
      Tensor(rows: 8, channels: 1, [0, -3, 0, 0, -2, 0, 0, 0]), needsGradient: true)
    let mask = ImageMask(isActive: [false, true, false, false, true, false, false, false])
    let input = try DenseImages(features, batchSize: 1, spatialSize: [1, 2, 4], mask: mask)
    let output = try ImageMaxPooling(window: [1, 2, 2], stride: [1, 2, 2])(input)
    #expect(output.features.value.array == [-2, 0])
    #expect(output.mask?.isActive == [true, false])
    #expect(output.countingValues()?.array == [-2])
    tape.backward(from: output.features, gradient: Tensor(rows: 2, channels: 1, [5, 7]))
    #expect(features.gradient?.array == [0, 0, 0, 0, 5, 0, 0, 0])
  }

  @Test(
    "images of odd extents are refused by name", arguments: [[1, 3, 4], [2, 4, 5], [1, 1, 1]])
  func odd(size: [Int]) throws {
    let pixels = size.reduce(1, *)
    let layer = ImageMaxPooling(window: [1, 2, 2], stride: [1, 2, 2])
    let error = #expect(throws: LayerError.self) {
      try layer(images([Float](repeating: 1, count: pixels), size))
    }
    #expect(error == .notCovered(layer: "MaxPooling 1×2×2/1×2×2", spatialSize: size))
  }

  @Test(
    "windows that overlap, span planes, or have other axes or no extent",
    arguments: [
      ([1, 3, 3], [1, 2, 2]), ([2, 2, 2], [2, 2, 2]), ([2, 2], [2, 2]), ([1, 0, 2], [1, 0, 2]),
      ([1, -2, 2], [1, -2, 2]), ([1, 1, 1 << 40], [1, 1, 1 << 40]),
    ])
  func impossibleWindow(window: [Int], stride: [Int]) throws {
    let input = try images([Float](repeating: 1, count: 2 * 36), [2, 6, 6])
    #expect(throws: LayerError.self) { try ImageMaxPooling(window: window, stride: stride)(input) }
    #expect(throws: LayerError.self) { try ImageUnPooling(window: window, stride: stride)(input) }
  }

  @Test("a window of 254 pixels is pooled, one of more is refused", arguments: [127, 128])
  func largestWindow(columns: Int) throws {
    let values = (0..<2 * columns).map { Float($0) }
    let layer = ImageMaxPooling(window: [1, 2, columns], stride: [1, 2, columns])
    let input = try images(values, [1, 2, columns])
    guard columns > 127 else {
      let output = try layer(input)
      #expect(output.features.value.array == [253])
      input.tape.backward(from: output.features, gradient: Tensor(rows: 1, channels: 1, [1]))
      #expect(input.features.gradient?.array == values.map { $0 == 253 ? 1 : 0 })
      return
    }
    let error = #expect(throws: LayerError.self) { try layer(input) }
    #expect(
      error?.description.contains("MaxPooling 1×2×128/1×2×128 cannot have window 256") == true)
  }

  @Test("nothing goes back that did not come down, and each goes back to its own size")
  func wayBack() throws {
    let flat = try images([Float](repeating: 1, count: 4), [1, 2, 2])
    let layers: [any Layer<DenseImages>] = [
      ImageUnPooling(window: [1, 2, 2], stride: [1, 2, 2]), BilinearDoubling(),
      UnstackedPlanes(planes: 2),
    ]
    for layer in layers {
      #expect(
        throws: LayerError.noWayBack(layer: layer.description, spatialSize: [1, 2, 2])
      ) { try layer(flat) }
    }
    let pool = ImageMaxPooling(window: [1, 2, 2], stride: [1, 2, 2])
    let wide = ImageMaxPooling(window: [1, 1, 3], stride: [1, 1, 3])
    let down = try wide(pool(images((0..<48).map { Float($0) }, [1, 4, 12])))
    #expect(down.spatialSize == [1, 2, 2])
    // The last step of this window made another size.
    #expect(throws: LayerError.noWayBack(layer: "UnPooling 1×2×2/1×2×2", spatialSize: [1, 2, 2])) {
      try ImageUnPooling(window: [1, 2, 2], stride: [1, 2, 2])(down)
    }
    let up = try ImageUnPooling(window: [1, 2, 2], stride: [1, 2, 2])(
      ImageUnPooling(window: [1, 1, 3], stride: [1, 1, 3])(down))
    #expect(up.spatialSize == [1, 4, 12])
    #expect(throws: LayerError.self) { try BilinearDoubling()(up) }
  }

  @Test("nothing lies between pixels of which some do not count")
  func needsAllPixels() throws {
    let problem = ScalingProblem(.between, [1, 2, 2], Extents(1, [1, 4, 4]), 1, masked: true)
    #expect(throws: LayerError.needsAllPixels(layer: "BilinearDoubling")) {
      try DenseOutcome(problem)
    }
  }

  @Test("planes of another number, and channels that cannot be parted, are refused")
  func planes() throws {
    let input = try images([Float](repeating: 1, count: 24), [3, 2, 2], channels: 2)
    #expect(throws: LayerError.notCovered(layer: "StackedPlanes", spatialSize: [3, 2, 2])) {
      try StackedPlanes(planes: 2)(input)
    }
    let stacked = try StackedPlanes(planes: 3)(input)
    let narrow = try DenseLayerFactory(random: RandomStream(seed: 1, stream: 0))
      .linear(6, 4, bias: false)(stacked)
    #expect(throws: LayerError.groups(layer: "UnstackedPlanes", groups: 3, channels: 4)) {
      try UnstackedPlanes(planes: 3)(narrow)
    }
    for planes in [0, -1] {
      #expect(throws: LayerError.self) { try StackedPlanes(planes: planes)(input) }
      #expect(throws: LayerError.self) { try UnstackedPlanes(planes: planes)(input) }
    }
  }

  @Test("planning walks over sizes and channels alone", arguments: problems)
  func planning(_ problem: ScalingProblem) throws {
    let tape = Tape(.planning)
    let input = DenseImages(
      features: tape.placeholder(rows: problem.input.pixels, channels: problem.channels),
      batchSize: problem.input.batchSize, spatialSize: problem.input.size,
      mask: problem.counts.map(ImageMask.init), descent: problem.descent)
    let layer = problem.layer()
    let planned = try layer(input)
    let run = try DenseOutcome(problem).images
    #expect(planned.spatialSize == run.spatialSize)
    #expect([planned.rows, planned.channels] == [run.rows, run.channels])
  }
}
