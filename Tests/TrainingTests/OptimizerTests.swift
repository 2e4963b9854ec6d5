import Autodiff
import GoldenFiles
import Reference
import Tensors
import Testing
import Training

/// Proves every optimizer against the oracle's over several steps, and Adam against PyTorch's.
@Suite("Optimizers")
struct OptimizerTests {
  @Test(
    "twelve steps of each, at a rate that changes", arguments: OptimizerKind.allCases, [0, 0.1])
  func steps(kind: OptimizerKind, decay: Double) {
    var random = SplitMix(seed: 23)
    // More than one tile of 2¹⁵ values, a small parameter, and a bias that begins as zeros.
    let shapes = [[40_000 / 7, 7], [3, 5], [7]]
    let parameters = shapes.map { shape in
      Parameter(shape: shape) { shape.count == 1 ? 0 : Float(random.value()) }
    }
    let optimizer = kind.make(weightDecay: decay)
    var oracles = shapes.map {
      kind.oracle(rate: 0, weightDecay: decay, isVector: $0.count == 1)
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
      // As schedules change it.
      let rate = 1e-2 / Double(step + 1)
      optimizer.step(parameters, learningRate: rate, threads: Threads(count: 2))
      for (number, parameter) in parameters.enumerated() {
        oracles[number].learningRate = rate
        oracles[number].step(
          &expected[number], gradient: parameter.gradient.array.map(Double.init))
        let difference = compare(
          parameter.value.array.map(Double.init), with: expected[number])
        #expect(difference.scaledError < 2e-6, "step \(step) of \(number): \(difference)")
      }
    }
    #expect(optimizer.memory.steps == 12 && optimizer.memory.optimizer == kind.rawValue)
  }

  @Test(
    "one that is given another's memory goes on with the same bits",
    arguments: OptimizerKind.allCases)
  func restored(kind: OptimizerKind) {
    var random = SplitMix(seed: 4)
    let values = random.values(300).map(Float.init)
    let slopes = (0..<6).map { _ in random.values(300).map(Float.init) }
    func parameter(_ values: [Float]) -> Parameter {
      var next = values.makeIterator()
      return Parameter(shape: [50, 6]) { next.next() ?? 0 }
    }
    func step(_ optimizer: any Optimizer, _ parameter: Parameter, _ steps: Range<Int>) {
      for step in steps {
        parameter.gradient.copy(from: Tensor(rows: 50, channels: 6, slopes[step]))
        optimizer.step([parameter], learningRate: 1e-2, threads: Threads(count: 1))
      }
    }
    let (whole, first) = (parameter(values), parameter(values))
    step(kind.make(weightDecay: 0.1), whole, 0..<6)
    let (before, after) = (kind.make(weightDecay: 0.1), kind.make(weightDecay: 0.1))
    step(before, first, 0..<3)
    let second = parameter(first.value.array)
    after.memory.restore(
      before.memory.numbers(of: [first]).map { $0.map(\.array) }, of: [second],
      steps: before.memory.steps)
    step(after, second, 3..<6)
    #expect(second.value.array.map(\.bitPattern) == whole.value.array.map(\.bitPattern))
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
