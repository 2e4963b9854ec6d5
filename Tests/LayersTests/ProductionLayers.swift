import Autodiff
import GoldenFiles
import Layers
import Reference
import Sites
import Tensors
import Testing

/// A production site set of sites in any order, `[batch, first coordinate, …]`.
func siteSet(_ sites: [[Int]], batchSize: Int, spatialSize: [Int]) throws -> SiteSet {
  let packing = try SitePacking(batchSize: batchSize, spatialSize: spatialSize)
  let keys = try sites.map { try packing.key(event: $0[0], Array($0.dropFirst())) }
  return try SiteSet(packing: packing, sortedKeys: keys.sorted())
}

/// The sites of a production set as the oracle writes them.
func coordinates(_ sites: SiteSet) -> [[Int]] {
  (0..<sites.count).map { [sites.packing.event(of: sites.keys[$0])] + sites.coordinates(row: $0) }
}

/// Values rows × channels in single precision.
func tensor(_ rows: [[Double]], channels: Int) -> Tensor {
  Tensor(rows: rows.count, channels: channels, rows.joined().map { Float($0) })
}

/// Rows × channels of a tensor.
func rows(_ tensor: Tensor) -> [[Double]] {
  (0..<tensor.rows).map { row in (0..<tensor.channels).map { Double(tensor[row, $0]) } }
}

extension Parameter {
  /// Takes values from elsewhere, row-major.
  func set(_ values: [Double]) {
    value.copy(
      from: Tensor(rows: value.rows, channels: value.channels, values.map { Float($0) }))
  }

  /// The values in double precision.
  var doubles: [Double] { value.array.map(Double.init) }

  /// The gradient in double precision.
  var gradientDoubles: [Double] { gradient.array.map(Double.init) }
}

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
