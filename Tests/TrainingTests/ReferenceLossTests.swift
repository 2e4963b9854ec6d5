import Reference
import Testing

/// Proves the oracle's losses, metrics and optimizers on numbers small enough to follow by hand.
@Suite("Reference losses, metrics and optimizers")
struct ReferenceLossTests {
  static let logits: [[Double]] = [
    [0.3, -1.2, 0.8], [2.1, 0.4, -0.6], [-0.7, 0.9, 0.1], [0.5, 0.5, 1.5], [-2, 0.2, 0.3],
  ]
  static let labels = [2, 0, 1, 2, 0]
  static let planes = [0, 0, 1, 1, 1]

  /// Shapes flat values as rows of three logits.
  private func rows(_ values: [Double]) -> [[Double]] {
    stride(from: 0, to: values.count, by: 3).map { Array(values[$0..<$0 + 3]) }
  }

  @Test("gradients agree with central differences", arguments: BalanceScheme.allCases)
  func lossGradient(scheme: BalanceScheme) {
    let point = Array(Self.logits.joined())
    let loss = segmentationLoss(
      Self.logits, labels: Self.labels, planes: Self.planes, scheme: scheme,
      emptyPixels: [4, 0, 7])
    let slope = centralDifference(
      of: { moved in
        segmentationLoss(
          rows(moved), labels: Self.labels, planes: Self.planes, scheme: scheme,
          emptyPixels: [4, 0, 7]
        ).value
      }, at: point)
    let difference = compare(Array(loss.gradient.joined()), with: slope)
    // Focal weights move with the logits, which the gradient is defined to ignore.
    #expect((difference.worstRelativeError < 1e-7) == (scheme != .focal), "\(difference)")
  }

  @Test("the seed's pooled losses and their gradients", arguments: [true, false])
  func seedGradient(balanced: Bool) {
    let loss = seedLoss(Self.logits, labels: Self.labels, balanced: balanced, emptyPixels: 6)
    let slope = centralDifference(
      of: { moved in
        seedLoss(rows(moved), labels: Self.labels, balanced: balanced, emptyPixels: 6).value
      }, at: Array(Self.logits.joined()))
    let difference = compare(Array(loss.gradient.joined()), with: slope)
    #expect(difference.worstRelativeError < 1e-7, "\(difference)")
  }

  @Test("uniform logits cost the logarithm of three, weighted or not")
  func uniformLogits() {
    let blank = Self.logits.map { $0.map { _ in 1.0 } }
    let logarithm = 1.0986122886681098
    for scheme in BalanceScheme.allCases {
      let loss = segmentationLoss(
        blank, labels: Self.labels, planes: Self.planes, scheme: scheme, emptyPixels: [9, 2])
      #expect(abs(loss.value - 2 * logarithm) < 1e-12)
    }
    let loss = seedLoss(blank, labels: Self.labels, balanced: true, emptyPixels: 3)
    #expect(abs(loss.value - logarithm) < 1e-12)
  }

  @Test("nothing stored and nothing empty costs nothing")
  func nothing() {
    for scheme in BalanceScheme.allCases {
      let loss = segmentationLoss(
        [], labels: [], planes: [], scheme: scheme, emptyPixels: [0, 0, 0])
      #expect(loss == LossValue(value: 0, gradient: []))
    }
  }

  @Test("metrics count pixels as defined")
  func metrics() {
    // Image 0 has a neutrino pixel found and one taken for cosmic; image 1 has nothing at all.
    let report = MetricsReport(
      predictions: [2, 1, 0], labels: [2, 2, 0],
      sites: [[0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 3, 3]], imageCount: 2, planeCount: 1,
      pixelsPerPlane: 16)
    let first = report.images[0][0]
    #expect(first.totalAccuracy == 15.0 / 16)
    #expect(first.nonBackgroundAccuracy == 0.5)
    #expect(first.neutrinoAccuracy == 0.5)
    #expect(first.cosmicIoU == 0)
    #expect(first.neutrinoIoU == 0.5)
    #expect(first.meanIoU == 0.25)
    let second = report.images[1][0]
    #expect(second.nonBackgroundAccuracy == nil)
    #expect(second.cosmicIoU == 1)
    #expect(report.planes[0].cosmicIoU == 0.5)
    #expect(report.planes[0].nonBackgroundAccuracy == 0.5)
    #expect(report.average.totalAccuracy == 31.0 / 32)
    #expect(report.pooled.cosmicIoU == 0)
  }

  @Test("a tie goes to the lower class")
  func ties() {
    #expect(predictedClass([0, 0, 0]) == 0)
    #expect(predictedClass([-1, 2, 2]) == 1)
  }

  @Test("first steps of every optimizer, by hand")
  func optimizers() {
    var adamValues = [1.0]
    var adam = ReferenceAdam(learningRate: 0.1)
    // Corrected averages of one step are the gradient and its square: a step of the rate itself.
    adam.step(&adamValues, gradient: [4])
    #expect(abs(adamValues[0] - 0.9) < 1e-9)
    adam.step(&adamValues, gradient: [4])
    #expect(abs(adamValues[0] - 0.8) < 1e-9)

    var propagated = [1.0]
    var propagation = ReferenceRMSprop(learningRate: 0.1, epsilon: 1e-4)
    // The mean square after one step is a hundredth of 4², so its root is 0.4.
    propagation.step(&propagated, gradient: [4])
    #expect(abs(propagated[0] - (1 - 0.4 / (0.4 + 1e-4))) < 1e-12)

    var descended = [1.0]
    ReferenceSGD(learningRate: 0.1).step(&descended, gradient: [4])
    #expect(abs(descended[0] - 0.6) < 1e-15)
  }

  @Test("a kink is told from a smooth slope")
  func kinks() {
    let rectifier = { (x: [Double]) in x[0] > 0 ? x[0] : 0.1 * x[0] }
    #expect(hasKink(rectifier, at: [0], component: 0))
    #expect(!hasKink(rectifier, at: [0.5], component: 0))
  }
}
