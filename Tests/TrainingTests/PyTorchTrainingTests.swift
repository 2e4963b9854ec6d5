import Autodiff
import Foundation
import Layers
import Reference
import Tensors
import TestSites
import Testing
import Training

/// Proves optimizers, clipping and schedules against PyTorch's.
@Suite("Training as PyTorch does it")
struct PyTorchTrainingTests {
  private let fixture: PyTorchFixture

  init() throws {
    fixture = try PyTorchFixture.load()
  }

  /// Two parameters that are their own result: the loss's gradient is theirs.
  private struct Network: Module {
    let parameters: [Parameter]

    var ownParameters: [(name: String, parameter: Parameter)] {
      parameters.enumerated().map { ("p\($0.offset)", $0.element) }
    }
  }

  private static let kinds: [OptimizerKind] = [.adam, .adamw, .rmsprop, .sgd, .adagrad, .adadelta]

  @Test("eight steps of each optimizer, with and without weight decay", arguments: kinds, [0, 0.1])
  func optimizers(kind: OptimizerKind, decay: Double) throws {
    let parameters = fixture.parameters
    let expected = try #require(fixture.optimizers[kind.rawValue]?["\(Double(decay))"])
    let treatment = GradientTreatment(weightDecay: kind.decaysWeights ? 0 : decay)
    let loop = TrainingLoop(
      of: Network(parameters: parameters), by: kind.make(weightDecay: decay),
      threads: Threads(count: 1), gradients: treatment)
    for (slopes, rate) in zip(fixture.gradients, fixture.rates) {
      _ = try loop.step(learningRate: rate) { tape in try loss(parameters, slopes, tape) }
    }
    for (parameter, expected) in zip(parameters, expected) {
      let difference = compare(parameter.doubles, with: expected)
      #expect(difference.scaledError < 1e-6, "\(difference)")
    }
  }

  /// A loss with these gradients.
  private func loss(
    _ parameters: [Parameter], _ slopes: [[Double]], _ tape: Tape
  ) throws -> Loss {
    for (parameter, slopes) in zip(parameters, slopes) {
      for (index, slope) in slopes.enumerated() {
        parameter.gradient.values[index] += Float(slope)
      }
    }
    let result = tape.variable(Tensor(rows: 1, channels: 1, [0]))
    return Loss(0, of: result, gradient: Tensor(rows: 1, channels: 1, [0]))
  }

  @Test("gradients clipped to a norm, and those that are below it", arguments: [0.5, 100])
  func clipping(limit: Double) throws {
    let parameters = fixture.parameters
    let expected = try #require(fixture.clipping["\(limit)"])
    let loop = TrainingLoop(
      of: Network(parameters: parameters), by: SGD(), threads: Threads(count: 2),
      gradients: GradientTreatment(clippingNorm: limit))
    let step = try loop.step(learningRate: 0) { tape in
      try loss(parameters, fixture.gradients[0], tape)
    }
    #expect(abs((step.gradientNorm ?? .nan) - expected.norm) < 1e-6 * expected.norm)
    for (parameter, expected) in zip(parameters, expected.gradients) {
      let found = parameter.gradient.array.map(Double.init)
      #expect(compare(found, with: expected).scaledError < 1e-6)
    }
  }

  private func rates(_ configuration: ScheduleConfiguration, epoch: Int = 1) -> [Double] {
    let schedule = configuration.schedule(peak: 0.01, steps: 50, epoch: epoch)
    return (0..<50).map { schedule.rate(step: $0) }
  }

  @Test("a cosine after a warm-up, a cycle of two lines, and a decay")
  func schedules() throws {
    var cosine = ScheduleConfiguration()
    cosine.kind = .cosine
    cosine.warmUpSteps = 10
    cosine.minimum = 1e-5
    var cycle = ScheduleConfiguration()
    cycle.kind = .oneCycle
    cycle.decayEpochs = 0
    var decay = ScheduleConfiguration()
    decay.kind = .standard
    decay.warmUpSteps = 0
    decay.decayEpochs = 50
    decay.floor = 0
    for (name, found) in [
      ("cosine", rates(cosine)), ("one-cycle", rates(cycle)), ("decay", rates(decay)),
    ] {
      let expected = try #require(fixture.schedules[name])
      for (step, (found, expected)) in zip(found, expected).enumerated() {
        #expect(abs(found - expected) < 1e-12, "\(name), step \(step): \(found), not \(expected)")
      }
    }
  }
}
