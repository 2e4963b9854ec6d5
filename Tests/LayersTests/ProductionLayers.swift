import Autodiff
import GoldenFiles
import Layers
import Reference
import Sites
import Tensors
import Testing

/// One forward and backward pass of layers.
struct LayerPass {
  let input: SparseTensor
  let output: SparseTensor
  let tape: Tape

  /// Runs layers forward.
  ///
  /// - Parameter features: in the row order of the plan's sites.
  init(
    _ features: Tensor, plan: Plan, purpose: Tape.Purpose = .training,
    statistics: Tape.Statistics? = nil, threads: Int = 2,
    _ layers: (SparseTensor) throws -> SparseTensor
  ) throws {
    tape = Tape(
      purpose,
      compute: Compute(threads: Threads(count: threads), arena: Arena(chunkBytes: 1 << 16)),
      statistics: statistics)
    input = try SparseTensor(features, plan: plan, tape: tape, needsGradient: true)
    output = try layers(input)
  }

  /// The gradient of the input, when the output's is given.
  func inputGradient(from outputGradient: Tensor) throws -> Tensor {
    tape.backward(from: output.features, gradient: outputGradient)
    return try #require(input.features.gradient)
  }
}
