import Autodiff
import DenseLayers
import Layers
import Networks
import Reference

/// What a network is computed on.
enum NetworkMode: CaseIterable, Sendable {
  case sparse, dense, masked

  /// A small network of a seed; all modes have the same parameters.
  func network(
    seed: UInt64 = 5, _ change: (inout Networks.UResNetConfiguration) -> Void = { _ in }
  ) throws -> any Layer<SparseTensor> {
    var configuration = Networks.UResNetConfiguration()
    configuration.initialFilters = 3
    configuration.depth = 2
    configuration.blocksPerLayer = 1
    configuration.blocksDeepest = 1
    configuration.blocksFinal = 1
    configuration.bottleneckDeepest = 5
    change(&configuration)
    return switch self {
    case .sparse: try UResNet(configuration, over: SparseConvolutions(seed: seed))
    case .dense, .masked:
      NetworkOnImages(
        try UResNet(configuration, over: DenseConvolutions(seed: seed)), masking: self == .masked)
    }
  }
}

extension Module {
  /// All values, running statistics included, bit by bit.
  var bits: [[UInt32]] { namedParameters.map { $0.parameter.value.array.map(\.bitPattern) } }

  /// Sets all values to random ones, and some to those that rounding and printing would lose.
  func fill(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let special: [Float] = [
      -0.0, .leastNonzeroMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude, 1 / 3,
      1 + .ulpOfOne,
    ]
    for (number, (_, parameter)) in namedParameters.enumerated() {
      for index in 0..<parameter.count { parameter.value.values[index] = Float(random.value()) }
      if parameter.count > 0 { parameter.value.values[0] = special[number % special.count] }
    }
  }
}
