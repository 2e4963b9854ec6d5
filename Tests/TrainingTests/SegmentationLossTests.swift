import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing
import Training

/// A batch of random sites with labels, and what the oracle needs of it.
struct LossProblem {
  let batch: LabelledSites
  let sites: [[Int]]
  var labels: [Int] { batch.labels.map(Int.init) }
  var planes: [Int] { sites.map { $0[1] } }

  /// - Parameters:
  ///   - count: number of sites.
  ///   - planes: the planes that have sites, of three.
  ///   - classes: the classes that occur, of three.
  init(_ count: Int, planes: Set<Int> = [0, 1, 2], classes: [UInt8] = [0, 1, 2], seed: UInt64 = 3)
    throws
  {
    var random = SplitMix(seed: seed)
    let size = [3, 12, 16]
    sites = randomSites(count, events: [0, 2], spatialSize: size, random: &random)
      .filter { planes.contains($0[1]) }
    let set = try siteSet(sites, batchSize: 4, spatialSize: size)
    batch = try LabelledSites(
      plan: Plan(set), features: [Float](repeating: 1, count: set.count),
      labels: sites.map { _ in classes.randomElement(using: &random) ?? 0 }, classes: 3,
      groups: sites.map { Int32($0[1]) }, groupCount: 3)
  }
}

/// Proves the production loss against the oracle's, value and gradient.
@Suite("Segmentation loss")
struct SegmentationLossTests {
  /// A production weighting and the oracle's name for it.
  static let weightings: [(SegmentationLoss.Weighting, BalanceScheme)] = [
    (.none, .none), (.perClass([1, 1.5, 10]), .light), (.even, .even), (.focal, .focal),
  ]

  /// Batches with everything, one site, none, empty planes, classes that do not occur.
  static func problems() throws -> [LossProblem] {
    try [
      LossProblem(150), LossProblem(1), LossProblem(0), LossProblem(120, planes: [1]),
      LossProblem(120, planes: [0, 2]), LossProblem(90, classes: [0, 1]),
      LossProblem(90, classes: [2]),
    ]
  }

  /// The production loss of logits, `[sites, 3]`.
  private func production(
    _ loss: SegmentationLoss, _ logits: [[Double]], _ problem: LossProblem
  ) throws -> (value: Double, gradient: [Double]) {
    let tape = Tape(.training, compute: Compute(threads: Threads(count: 2)))
    let scores = try SparseTensor(
      tensor(logits, channels: 3), plan: problem.batch.plan, tape: tape)
    let result = try loss(scores, problem.batch)
    return (result.value, result.gradient.array.map(Double.init))
  }

  private func logits(_ problem: LossProblem, scale: Double = 3) -> [[Double]] {
    var random = SplitMix(seed: 17)
    return random.rows(problem.sites.count, channels: 3).map { row in
      row.map { Double(Float($0 * scale)) }
    }
  }

  @Test("one mean for each plane, as the oracle's", arguments: weightings.indices)
  func byPlane(number: Int) throws {
    let (weighting, scheme) = Self.weightings[number]
    for problem in try Self.problems() {
      for scale in [1.0, 3, 60] {
        let logits = logits(problem, scale: scale)
        let ours = try production(SegmentationLoss(weighting), logits, problem)
        let oracle = segmentationLoss(
          logits, labels: problem.labels, planes: problem.planes, scheme: scheme,
          emptyPixels: [0, 0, 0])
        #expect(abs(ours.value - oracle.value) <= 1e-6 * max(1, abs(oracle.value)))
        let difference = compare(ours.gradient, with: Array(oracle.gradient.joined()))
        #expect(difference.scaledError < 1e-6, "\(scheme) \(scale): \(difference)")
      }
    }
  }

  @Test("one mean for everything, as in June 2019", arguments: [true, false])
  func pooled(balanced: Bool) throws {
    let weighting = balanced ? SegmentationLoss.Weighting.perClass([0.05, 1, 0.25]) : .none
    for problem in try Self.problems() {
      let logits = logits(problem)
      let ours = try production(
        SegmentationLoss(weighting, poolsGroups: true), logits, problem)
      let oracle = seedLoss(
        logits, labels: problem.labels, balanced: balanced, emptyPixels: 0)
      #expect(abs(ours.value - oracle.value) <= 1e-6 * max(1, abs(oracle.value)))
      let difference = compare(ours.gradient, with: Array(oracle.gradient.joined()))
      #expect(difference.scaledError < 1e-6, "\(difference)")
    }
  }

  @Test("pooled even and focal weights are those of a single plane", arguments: [2, 3])
  func pooledSchemes(number: Int) throws {
    let (weighting, scheme) = Self.weightings[number]
    let problem = try LossProblem(150)
    let logits = logits(problem)
    let ours = try production(SegmentationLoss(weighting, poolsGroups: true), logits, problem)
    let oracle = segmentationLoss(
      logits, labels: problem.labels, planes: problem.planes.map { _ in 0 }, scheme: scheme,
      emptyPixels: [0])
    #expect(abs(ours.value - oracle.value) < 1e-6 * max(1, abs(oracle.value)))
    #expect(compare(ours.gradient, with: Array(oracle.gradient.joined())).scaledError < 1e-6)
  }

  @Test("the gradient is the value's slope, where weights are constant", arguments: [0, 1, 2])
  func slopes(number: Int) throws {
    let problem = try LossProblem(40)
    let loss = SegmentationLoss(Self.weightings[number].0)
    let logits = logits(problem, scale: 1)
    let gradient = try production(loss, logits, problem).gradient
    // Single precision: a long step, and an error that goes with its square.
    let slope = try centralDifference(
      of: { values in
        try production(
          loss, stride(from: 0, to: values.count, by: 3).map { Array(values[$0..<$0 + 3]) },
          problem
        ).value
      }, at: Array(logits.joined()), step: 1e-2)
    let difference = compare(gradient, with: slope)
    #expect(difference.scaledError < 2e-5, "\(difference)")
    #expect(compare(gradient.map { $0 * 1.05 }, with: slope).scaledError > 2e-5)
  }

  @Test("a weight of zero for all classes that occur costs nothing, and no division by it")
  func noWeight() throws {
    let problem = try LossProblem(60, classes: [0])
    let ours = try production(
      SegmentationLoss(.perClass([0, 1, 1])), logits(problem), problem)
    #expect(ours.value == 0)
    #expect(ours.gradient.allSatisfy { $0 == 0 })
  }
}
