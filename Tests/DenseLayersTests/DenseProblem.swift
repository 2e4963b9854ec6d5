import Autodiff
import Layers
import Reference
import Tensors
import TestSites

@testable import DenseLayers

/// The extents of a batch of full images, and the order of their pixels in production and in the oracle.
struct Extents: Equatable, Sendable, CustomStringConvertible {
  let batchSize: Int
  /// Planes, rows and columns.
  let size: [Int]

  init(_ batchSize: Int, _ size: [Int]) {
    self.batchSize = batchSize
    self.size = size
  }

  var description: String { "\(batchSize) of \(size)" }

  var pixels: Int { size.reduce(batchSize, *) }

  /// For each of production's rows, by plane and event, the oracle's, by event and plane.
  private var order: [Int] {
    let perImage = size[1] * size[2]
    return (0..<pixels).map { row in
      let (image, pixel) = (row / perImage, row % perImage)
      let (plane, event) = (image / batchSize, image % batchSize)
      return (event * size[0] + plane) * perImage + pixel
    }
  }

  /// What belongs to the oracle's rows, in production's order.
  func production<Value>(_ oracle: [Value]) -> [Value] { order.map { oracle[$0] } }

  /// What belongs to production's rows, in the oracle's order.
  func oracle<Value>(_ production: [Value]) -> [Value] {
    var places = order.map { _ in 0 }
    for (row, place) in order.enumerated() { places[place] = row }
    return places.map { production[$0] }
  }

  /// The plane of each of production's rows.
  var planes: [Int] { (0..<pixels).map { $0 / (batchSize * size[1] * size[2]) } }
}

/// A layer on random full images: production's and the oracle's.
protocol DenseProblem: CustomStringConvertible, Sendable {
  /// What the layer reads.
  var input: Extents { get }
  var channels: Int { get }
  /// For each pixel, in production's order, whether it counts; nothing where all do.
  var counts: [Bool]? { get }
  /// The sizes that the images came through, for layers that go back.
  var descent: [DenseImages.Step] { get }

  /// The production layer.
  func layer() -> any Layer<DenseImages>

  /// The oracle's result for the layer's trained parameters, in their order.
  func reference(_ input: DenseImage, _ parameters: [[Double]]) -> DenseImage
}

extension DenseProblem {
  var counts: [Bool]? { nil }
  var descent: [DenseImages.Step] { [] }

  /// Which of the oracle's rows count.
  var oracleCounts: [Bool]? { counts.map { input.oracle($0) } }
}

/// Pixels that count, about three in four: those of a place go together on all planes but the second,
/// which has fewer, so that planes and windows differ.
func randomCounts(_ extents: Extents, seed: UInt64) -> [Bool] {
  var random = SplitMix(seed: seed)
  return extents.planes.map { plane in
    plane == 1 ? random.value() > 0.6 : random.value() > -0.5
  }
}

/// What one layer computed from random images, forward and backward.
struct DenseOutcome {
  let problem: any DenseProblem
  /// The input, in production's order.
  let features: [[Double]]
  let parameters: [[Double]]
  let images: DenseImages
  /// Gradients of the input's pixels that count, and then of each trained parameter.
  let check: GradientCheck

  init(_ problem: any DenseProblem, threads: Int = 2) throws {
    self.problem = problem
    let (input, channels, counts) = (problem.input, problem.channels, problem.counts)
    var random = SplitMix(seed: 11)
    let counting = (0..<input.pixels).filter { counts?[$0] ?? true }
    let values = random.rows(counting.count, channels: channels)
    features = Self.placed(values, at: counting, rows: input.pixels, channels: channels)
    let layer = problem.layer()
    let trained = layer.trainedParameters
    parameters = trained.map { random.values($0.count) }
    for (parameter, values) in zip(trained, parameters) { parameter.set(values) }
    let tape = Tape(
      .training,
      compute: Compute(threads: Threads(count: threads), arena: Arena(chunkBytes: 1 << 16)))
    let variable = tape.variable(tensor(features, channels: channels), needsGradient: true)
    images = try layer(
      DenseImages(
        features: variable, batchSize: input.batchSize, spatialSize: input.size,
        mask: counts.map(ImageMask.init), descent: problem.descent))
    let gradient = random.rows(images.rows, channels: images.channels)
    let output = images.features
    tape.backward(from: output, gradient: tensor(gradient, channels: output.channels))
    let found = variable.gradient.map { rows($0) } ?? []
    check = GradientCheck(
      operands: [Array(values.joined())] + parameters,
      gradients: [counting.flatMap { found.isEmpty ? [] : found[$0] }]
        + trained.map(\.gradientDoubles),
      outputGradient: gradient
    ) {
      let placed = Self.placed(
        shaped($0[0], channels: channels), at: counting, rows: input.pixels, channels: channels)
      return Self.expected(problem, placed, Array($0.dropFirst())).rows
    }
  }

  /// Rows at places among zeros.
  private static func placed(
    _ values: [[Double]], at places: [Int], rows: Int, channels: Int
  ) -> [[Double]] {
    var placed = [[Double]](repeating: [Double](repeating: 0, count: channels), count: rows)
    for (place, row) in zip(places, values) { placed[place] = row }
    return placed
  }

  /// The oracle's result in production's order, and its extents.
  private static func expected(
    _ problem: any DenseProblem, _ features: [[Double]], _ parameters: [[Double]]
  ) -> (rows: [[Double]], extents: Extents) {
    let input = problem.input
    let image = problem.reference(
      DenseImage(
        events: input.batchSize, spatialSize: input.size, channels: problem.channels,
        values: Array(input.oracle(features).joined())), parameters)
    let extents = Extents(input.batchSize, image.spatialSize)
    return (extents.production(image.rows), extents)
  }

  var output: Tensor { images.features.value }

  /// How far the output is from the oracle's; infinitely far where it has another size.
  func comparison() -> Comparison {
    let expected = Self.expected(problem, features, parameters)
    guard Extents(images.batchSize, images.spatialSize) == expected.extents else {
      return compare([[Double.infinity]], with: [])
    }
    return compare(rows(output), with: expected.rows)
  }

  /// Everything that must not depend on the number of threads.
  var bits: [[UInt64]] {
    ([output.array.map(Double.init)] + check.gradients).map { $0.map(\.bitPattern) }
  }
}
