import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves biases and normalisations that are apart for each position on the first axis.
@Suite("Layers of parts against the oracle")
struct PartedLayerTests {
  @Test("outputs", arguments: PartedProblem.all(counts: [0, 1, 4, 300]))
  func forward(_ problem: PartedProblem) throws {
    let difference = try LayerOutcome(problem).comparison()
    #expect(difference.scaledError < 1e-6, "\(difference)")
  }

  @Test(
    "gradients of input and parameters by central differences",
    arguments: PartedProblem.all(counts: [0, 1, 4, 40]))
  func gradients(_ problem: PartedProblem) throws {
    let errors = try LayerOutcome(problem).check.errors()
    #expect(errors.allSatisfy { $0 < 2e-6 }, "\(errors)")
  }

  @Test(
    "the same bits on one, two and eight threads", arguments: PartedProblem.Operator.allCases)
  func threads(layer: PartedProblem.Operator) throws {
    let problem = PartedProblem(layer, count: 400)
    let single = try LayerOutcome(problem, threads: 1).bits
    #expect(try LayerOutcome(problem, threads: 2).bits == single)
    #expect(try LayerOutcome(problem, threads: 8).bits == single)
  }

  @Test("statistics of all sites together are others")
  func negativeControl() throws {
    let problem = PartedProblem(.alike, count: 300)
    let outcome = try LayerOutcome(problem)
    let together = batchNormalizationTraining(
      outcome.features, scale: outcome.parameters[0], shift: outcome.parameters[1],
      epsilon: PartedProblem.epsilon
    ).features
    #expect(compare(rows(outcome.output), with: together).scaledError > 1e-2)
  }

  @Test(
    "running statistics follow each part in turn, or each its own",
    arguments: [BatchNormalization.Parts.alike, .own(3)], [0, 1, 4, 60])
  func runningStatistics(_ parts: BatchNormalization.Parts, count: Int) throws {
    let problem = PartedProblem(.alike, count: count)
    let layer = BatchNormalization(channels: 4, momentum: 0.25, parts: parts)
    var random = SplitMix(seed: 6)
    let features = random.rows(problem.inputSites.count, channels: 4)
    let isOwn = parts != .alike
    var means = [[Double]](repeating: [0, 0, 0, 0], count: isOwn ? 3 : 1)
    var variances = means.map { $0.map { _ in 1.0 } }
    for part in 0..<3 {
      let rows = features.indices.filter { problem.inputSites[$0][1] == part }
      let batch = BatchStatistics(of: rows.map { features[$0] }, channels: 4)
      let place = isOwn ? part : 0
      if !rows.isEmpty { means[place] = runningAverage(means[place], batch.mean, keep: 0.75) }
      guard rows.count > 1 else { continue }
      variances[place] = runningAverage(variances[place], batch.unbiasedVariance, keep: 0.75)
    }
    let pass = try LayerPass(tensor(features, channels: 4), plan: problem.plan()) { try layer($0) }
    _ = try pass.inputGradient(from: pass.output.features.value.copied())
    #expect(
      compare(layer.runningMean.doubles, with: Array(means.joined())).scaledError < 1e-6)
    #expect(
      compare(layer.runningVariance.doubles, with: Array(variances.joined())).scaledError < 1e-6)
    // And inference uses them.
    let inference = try LayerPass(
      tensor(features, channels: 4), plan: problem.plan(), purpose: .inference
    ) { try layer($0) }
    let expected = inParts(features, problem.inputSites.map { $0[1] }, count: 3) { part, rows in
      batchNormalization(
        rows, mean: means[isOwn ? part : 0], variance: variances[isOwn ? part : 0],
        scale: [1, 1, 1, 1], shift: [0, 0, 0, 0], epsilon: 1e-5)
    }
    #expect(compare(rows(inference.output.features.value), with: expected).scaledError < 1e-6)
  }

  @Test("channels and parts of another number are refused by name")
  func refusals() throws {
    let problem = PartedProblem(.bias, count: 10)
    func apply(_ layer: any Layer<SparseTensor>) throws {
      let input = Tensor(rows: problem.inputSites.count, channels: 4)
      _ = try LayerPass(input, plan: problem.plan()) { try layer($0) }
    }
    #expect(
      throws: LayerError.channels(layer: "PartBias 5 on 3 planes", reads: 5, found: 4)
    ) { try apply(PartBias(channels: 5, parts: 3)) }
    for parts in [-1, 0, 2, 4] {
      let bias = #expect(throws: LayerError.self) {
        try apply(PartBias(channels: 4, parts: parts))
      }
      #expect(bias?.description.contains("use 3, the extent of the first axis") == true)
      let normalization = #expect(throws: LayerError.self) {
        try apply(BatchNormalization(channels: 4, parts: .own(parts)))
      }
      #expect(
        normalization?.description.contains("use 3, the extent of the image's first axis") == true)
    }
  }
}
