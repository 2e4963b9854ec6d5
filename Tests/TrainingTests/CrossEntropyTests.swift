import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing
import Training

/// Proves the mean cross-entropy of rows against the oracle's, value and gradient.
@Suite("Cross-entropy of rows")
struct CrossEntropyTests {
  /// Class weights and ignored label of a loss.
  struct Setting: Sendable {
    var weights: [Float]?
    var ignored: UInt8?

    var loss: CrossEntropy { CrossEntropy(classWeights: weights, ignoring: ignored) }

    /// What a row of this label weighs.
    func weight(_ label: UInt8) -> Double {
      label == ignored ? 0 : weights.map { Double($0[Int(label)]) } ?? 1
    }
  }

  static let settings = [
    Setting(), Setting(weights: [1, 0.25, 10, 3]), Setting(ignored: 2), Setting(ignored: 255),
    Setting(weights: [0, 2, 0.5, 1], ignored: 255),
  ]

  private func labels(_ count: Int, _ setting: Setting) -> [UInt8] {
    var random = SplitMix(seed: 5)
    let choices: [UInt8] = [0, 1, 2, 3] + (setting.ignored.map { [$0] } ?? [])
    return (0..<count).map { _ in choices.randomElement(using: &random) ?? 0 }
  }

  private func logits(_ count: Int, scale: Double = 3) -> [[Double]] {
    var random = SplitMix(seed: 11)
    return random.rows(count, channels: 4).map { $0.map { Double(Float($0 * scale)) } }
  }

  private func scores(_ logits: [[Double]], threads: Int = 2) -> Variable {
    let tape = Tape(.training, compute: Compute(threads: Threads(count: threads)))
    return tape.variable(tensor(logits, channels: 4), needsGradient: true)
  }

  private func oracle(_ logits: [[Double]], _ labels: [UInt8], _ setting: Setting) -> LossValue {
    softmaxCrossEntropy(
      logits, labels: labels.map { $0 == setting.ignored ? 0 : Int($0) },
      weights: labels.map(setting.weight))
  }

  @Test("no row, one, and many", arguments: settings.indices, [0, 1, 2, 5000])
  func values(number: Int, count: Int) throws {
    let setting = Self.settings[number]
    let labels = labels(count, setting)
    for scale in [1.0, 60] {
      let logits = logits(count, scale: scale)
      let ours = try setting.loss(scores(logits), labels: labels)
      let expected = oracle(logits, labels, setting)
      #expect(abs(ours.value - expected.value) <= 1e-6 * max(1, expected.value))
      #expect(ours.gradient.rows == count)
      let difference = compare(
        ours.gradient.array.map(Double.init), with: Array(expected.gradient.joined()))
      #expect(difference.scaledError < 1e-6, "\(difference)")
      let one = try setting.loss(scores(logits, threads: 1), labels: labels)
      #expect(one.value.bitPattern == ours.value.bitPattern)
      #expect(one.gradient.array == ours.gradient.array)
    }
  }

  @Test(
    "the gradient is the oracle's slope, and a wrong one is caught", arguments: settings.indices)
  func slopes(number: Int) throws {
    let setting = Self.settings[number]
    let labels = labels(12, setting)
    let logits = logits(12)
    let ours = try setting.loss(scores(logits), labels: labels).gradient.array.map(Double.init)
    let slope = centralDifference(
      of: { values in
        let rows = stride(from: 0, to: values.count, by: 4).map { Array(values[$0..<$0 + 4]) }
        return oracle(rows, labels, setting).value
      }, at: Array(logits.joined()))
    #expect(compare(ours, with: slope).scaledError < 1e-6)
    #expect(compare(ours.map { $0 * 1.05 }, with: slope).scaledError > 1e-4)
  }

  @Test("no row that counts costs nothing and moves nothing")
  func nothingCounts() throws {
    let ignored = try CrossEntropy(ignoring: 9)(scores(logits(3)), labels: [9, 9, 9])
    #expect(ignored.value == 0)
    #expect(ignored.gradient.array == [Float](repeating: 0, count: 12))
    let weightless = CrossEntropy(classWeights: [0, 1, 1, 1])
    #expect(try weightless(scores(logits(2)), labels: [0, 0]).value == 0)
    #expect(try CrossEntropy()(scores([]), labels: []).gradient.array.isEmpty)
  }

  @Test("events are scored with and without sites, points by their own rows")
  func eventsAndPoints() throws {
    let size = [6, 6]
    let places: [[Int]] = [[0, 1, 1], [0, 2, 5], [2, 3, 3]]
    let plan = Plan(try siteSet(places, batchSize: 4, spatialSize: size))
    let input = logits(3)
    let tape = Tape(.training)
    let image = try SparseTensor(tensor(input, channels: 4), plan: plan, tape: tape)
    // Events 1 and 3 have no sites, and scores of zero.
    let events = try GlobalPooling(.sum)(image)
    let zeros = [0.0, 0, 0, 0]
    let sums = [zip(input[0], input[1]).map { $0 + $1 }, zeros, input[2], zeros]
    let setting = Setting()
    let ofEvents = try CrossEntropy()(events, labels: [0, 3, 1, 2])
    let expected = oracle(sums, [0, 3, 1, 2], setting)
    #expect(abs(ofEvents.value - expected.value) < 1e-6)
    let points = try FeaturesAtPoints()(image, rows: [2, 0, 0, -1, 1])
    let ofPoints = try CrossEntropy()(points, labels: [1, 2, 3, 0, 0])
    let rows = [input[2], input[0], input[0], zeros, input[1]]
    #expect(abs(ofPoints.value - oracle(rows, [1, 2, 3, 0, 0], setting).value) < 1e-6)
  }

  @Test("what does not fit the scores is refused")
  func refusals() throws {
    let scores = scores(logits(2))
    func refused(_ error: TrainingError, _ loss: CrossEntropy, _ labels: [UInt8]) {
      #expect(throws: error) { try loss(scores, labels: labels) }
    }
    refused(.labelCount(1, rows: 2), CrossEntropy(), [0])
    refused(.label(4, classes: 4), CrossEntropy(), [0, 4])
    refused(.label(4, classes: 4), CrossEntropy(ignoring: 5), [5, 4])
    for weights: [Float] in [[1, 1, 1], [1, 1, 1, 1, 1], [1, 1, 1, -1], [1, 1, 1, .infinity]] {
      refused(
        .classWeights(weights, classes: 4), CrossEntropy(classWeights: weights), [0, 1])
    }
    #expect(throws: TrainingError.self) {
      try CrossEntropy(classWeights: [1, 1, 1, .nan])(scores, labels: [0, 1])
    }
  }
}
