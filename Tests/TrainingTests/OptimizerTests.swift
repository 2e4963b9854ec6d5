import Autodiff
import GoldenFiles
import Reference
import Tensors
import Testing
import Training

/// Proves every optimizer against the oracle's over several steps, and Adam against PyTorch's.
@Suite("Optimizers")
struct OptimizerTests {
  /// Steps two parameters with the same random gradients, by production and by the oracle.
  private func compareSteps(
    _ optimizer: any Optimizer, rate: (Int) -> Double,
    oracle: (Int, Double, inout [Double], [Double]) -> Void
  ) {
    var random = SplitMix(seed: 23)
    // More than one tile of 2¹⁵ values, and a small parameter beside it.
    let counts = [40_000, 7]
    let parameters = counts.map { count in
      Parameter(shape: [count / counts[1], counts[1]]) { Float(random.value()) }
    }
    var expected = parameters.map { $0.value.array.map(Double.init) }
    for step in 0..<12 {
      for parameter in parameters {
        // Slopes of very different size, and some that are exactly zero.
        for index in 0..<parameter.count {
          let size: Float = [1, 1e-3, 1e-6, 0][index % 4]
          parameter.gradient.values[index] = Float(random.value()) * size
        }
      }
      let learningRate = rate(step)
      optimizer.step(parameters, learningRate: learningRate, threads: Threads(count: 2))
      for (number, parameter) in parameters.enumerated() {
        oracle(
          number, learningRate, &expected[number], parameter.gradient.array.map(Double.init))
        let difference = compare(
          parameter.value.array.map(Double.init), with: expected[number])
        #expect(difference.scaledError < 2e-6, "step \(step): \(difference)")
      }
    }
  }

  /// A rate that changes from step to step, as schedules do.
  private func rate(_ step: Int) -> Double { 1e-2 / Double(step + 1) }

  @Test("twelve steps of Adam")
  func adam() {
    var oracles = [ReferenceAdam(learningRate: 0), ReferenceAdam(learningRate: 0)]
    compareSteps(OptimizerKind.adam.make(), rate: rate) { number, rate, values, gradient in
      oracles[number].learningRate = rate
      oracles[number].step(&values, gradient: gradient)
    }
  }

  @Test("twelve steps of RMSprop")
  func rmsprop() {
    var oracles = [
      ReferenceRMSprop(learningRate: 0, epsilon: 1e-4),
      ReferenceRMSprop(learningRate: 0, epsilon: 1e-4),
    ]
    compareSteps(OptimizerKind.rmsprop.make(), rate: rate) { number, rate, values, gradient in
      oracles[number].learningRate = rate
      oracles[number].step(&values, gradient: gradient)
    }
  }

  @Test("twelve steps of gradient descent")
  func sgd() {
    compareSteps(OptimizerKind.sgd.make(), rate: rate) { _, rate, values, gradient in
      ReferenceSGD(learningRate: rate).step(&values, gradient: gradient)
    }
  }

  @Test("many steps of Adam, where its corrections have run out")
  func manySteps() {
    let parameter = Parameter(shape: [3]) { 1 }
    var values = [1.0, 1, 1]
    let adam = Adam()
    var oracle = ReferenceAdam(learningRate: 1e-4)
    for step in 0..<3000 {
      let gradient = [1.0, -0.5, step % 2 == 0 ? 0.25 : -0.25]
      for index in 0..<3 { parameter.gradient.values[index] = Float(gradient[index]) }
      adam.step([parameter], learningRate: 1e-4, threads: Threads(count: 1))
      oracle.step(&values, gradient: gradient)
    }
    #expect(compare(parameter.value.array.map(Double.init), with: values).scaledError < 1e-4)
  }

  @Test(
    "one step of Adam from the original's gradients",
    .enabled(if: GoldenFile.isAvailable("sparse_net.h5")),
    arguments: ["a21like", "uresnetlike", "nobias_noconn", "seedera"])
  func original(name: String) throws {
    let golden = try GoldenFile.open("sparse_net.h5").group(name)
    let gradients = try golden.group("grads")
    let names = try gradients.datasetNames()
    let parameters = try names.map { name in
      var values = try golden.floats("params/\(name)").makeIterator()
      let slopes = try gradients.floats(name)
      let parameter = Parameter(shape: [slopes.count]) { values.next() ?? .nan }
      parameter.gradient.copy(from: Tensor(rows: 1, channels: slopes.count, slopes))
      return parameter
    }
    Adam().step(parameters, learningRate: 3e-4, threads: Threads(count: 2))
    for (name, parameter) in zip(names, parameters) {
      let expected = try golden.doubles("params_after_adam/\(name)")
      // Below, the first step follows the sign of what may be rounding alone.
      let errors = expected.indices.filter { abs(parameter.gradient.values[$0]) > 1e-5 }.map {
        abs(Double(parameter.value.values[$0]) - expected[$0]) / max(1, abs(expected[$0]))
      }
      #expect((errors.max() ?? 0) < 1e-6, "\(name)")
    }
  }
}
