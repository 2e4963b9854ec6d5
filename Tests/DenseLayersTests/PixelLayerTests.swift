import Autodiff
import Layers
import Reference
import Tensors
import TestSites
import Testing

@testable import DenseLayers

/// Proves layers that leave the size of full images as it is, where all pixels count and where some do.
@Suite("Layers of pixels against the oracle")
struct PixelLayerTests {
  @Test("outputs", arguments: PixelProblem.all)
  func forward(_ problem: PixelProblem) throws {
    let difference = try DenseOutcome(problem).comparison()
    #expect(difference.scaledError < 1e-6, "\(difference)")
  }

  @Test("gradients of input and parameters by central differences", arguments: PixelProblem.all)
  func gradients(_ problem: PixelProblem) throws {
    let errors = try DenseOutcome(problem).check.errors(components: 61)
    #expect(errors.allSatisfy { $0 < 2e-6 }, "\(errors)")
  }

  @Test("the same bits on one, two and three threads", arguments: PixelProblem.Operator.allCases)
  func threads(layer: PixelProblem.Operator) throws {
    // Enough pixels for many tiles of rows.
    let problem = PixelProblem(
      layerOperator: layer, input: Extents(2, [3, 24, 31]), counting: .all)
    let single = try DenseOutcome(problem, threads: 1).bits
    #expect(try DenseOutcome(problem, threads: 2).bits == single)
    #expect(try DenseOutcome(problem, threads: 3).bits == single)
  }

  @Test("a gradient that is wrong in one component, or statistics of other parts, are caught")
  func negativeControl() throws {
    let input = Extents(2, [3, 3, 5])
    let outcomes = try [PixelProblem.Operator.together, .alike, .own].map {
      try DenseOutcome(PixelProblem(layerOperator: $0, input: input, counting: .some))
    }
    for operand in outcomes[2].check.operands.indices {
      #expect(outcomes[2].check.errorsWhenWrong(operand: operand).allSatisfy { $0 > 2e-6 })
    }
    let together = rows(outcomes[0].output)
    #expect(compare(rows(outcomes[1].output), with: together).scaledError > 1e-2)
  }

  @Test("pixels that do not count stay zero", arguments: PixelProblem.Operator.allCases)
  func zeros(layer: PixelProblem.Operator) throws {
    let problem = PixelProblem(
      layerOperator: layer, input: Extents(2, [3, 3, 5]), counting: .some)
    let outcome = try DenseOutcome(problem)
    let counts = try #require(problem.counts)
    for (row, values) in rows(outcome.output).enumerated() where !counts[row] {
      #expect(values.allSatisfy { $0 == 0 })
    }
    #expect(outcome.images.mask?.isActive == counts)
    #expect(outcome.images.countingValues()?.rows == counts.count { $0 })
  }

  private func images(
    _ size: [Int], channels: Int, batchSize: Int = 1, tape: Tape = Tape(.training)
  ) throws -> DenseImages {
    let rows = size.reduce(batchSize, *)
    return try DenseImages(
      tape.variable(Tensor(rows: rows, channels: channels)), batchSize: batchSize, spatialSize: size
    )
  }

  @Test("wrong channels, planes and settings are refused by name")
  func refusals() throws {
    let input = try images([3, 2, 2], channels: 2)
    let linear = DenseLayerFactory(random: RandomStream(seed: 1, stream: 0)).linear(
      3, 2, bias: true)
    #expect(throws: LayerError.channels(layer: linear.description, reads: 3, found: 2)) {
      try linear(input)
    }
    for normalization in [
      BatchNormalization(channels: 3), BatchNormalization(channels: 2, parts: .own(2)),
      BatchNormalization(channels: 2, epsilon: -1), BatchNormalization(channels: 2, momentum: 2),
      BatchNormalization(channels: 2, leak: -1), BatchNormalization(channels: -1),
    ] {
      let layer = PixelNormalization(normalization: normalization)
      #expect(throws: LayerError.self) { try layer(input) }
      #expect(throws: LayerError.self) { try layer(input, adding: input, leak: 0) }
    }
    for bias in [
      PartBias(channels: 3, parts: 3), PartBias(channels: 2, parts: 2),
      PartBias(channels: 2, parts: -1), PartBias(channels: -1, parts: 3),
    ] {
      #expect(throws: LayerError.self) { try PlaneBias(bias: bias)(input) }
    }
    #expect(throws: LayerError.self) {
      try PixelActivation(activation: LeakyReLU(leak: -0.5))(input)
    }
    let layer = PixelNormalization(normalization: BatchNormalization(channels: 2))
    #expect(throws: LayerError.self) { try layer(input, adding: input, leak: -1) }
  }

  @Test("the sum after a normalisation that activates already is refused")
  func activatedBeforeSum() throws {
    let input = try images([3, 2, 2], channels: 2)
    let layer = PixelNormalization(normalization: BatchNormalization(channels: 2, leak: 0))
    #expect(throws: LayerError.self) { try layer(input, adding: input, leak: 0) }
  }

  @Test("images of other pixels, channels or tapes cannot be added or joined")
  func branches() throws {
    let tape = Tape(.training)
    let input = try images([3, 2, 2], channels: 2, tape: tape)
    for other in [
      try images([3, 2, 4], channels: 2, tape: tape),
      try images([3, 4, 1], channels: 2, tape: tape),
      try images([3, 2, 2], channels: 2, batchSize: 2, tape: tape),
    ] {
      #expect(throws: LayerError.self) { try input.adding(other) }
      #expect(throws: LayerError.self) { try input.joining(other) }
    }
    let wide = try images([3, 2, 2], channels: 3, tape: tape)
    #expect(throws: LayerError.unequalChannels(layer: "AddTable", channels: [2, 3])) {
      try input.adding(wide)
    }
    #expect(try input.joining(wide).channels == 5)
    let counts = (0..<12).map { $0 != 5 }
    func masked(_ counts: [Bool]) throws -> DenseImages {
      try DenseImages(
        tape.variable(Tensor(rows: 12, channels: 2)), batchSize: 1, spatialSize: [3, 2, 2],
        mask: ImageMask(isActive: counts))
    }
    #expect(throws: LayerError.differentMasks(layer: "AddTable")) {
      try input.adding(masked(counts))
    }
    #expect(throws: LayerError.differentMasks(layer: "JoinTable")) {
      try masked(counts).joining(masked(counts.reversed()))
    }
    #expect(try masked(counts).adding(masked(counts)).rows == 12)
    let elsewhere = try images([3, 2, 2], channels: 2)
    #expect(throws: LayerError.differentTapes(layer: "AddTable")) { try input.adding(elsewhere) }
    #expect(throws: LayerError.differentTapes(layer: "JoinTable")) { try input.joining(elsewhere) }
  }
}
