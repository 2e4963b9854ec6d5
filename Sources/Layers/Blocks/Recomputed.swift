import Autodiff
import Sites

/// A block that keeps only its result while training and is computed again for its gradients:
/// SparseConvNet's `CheckpointedSequential`.
///
/// Sites in → the block's sites out. Results, gradients, dropout masks and running statistics have
/// the same bits as the block's own; parameters keep the names the block gives them. The memory of
/// what the block computes on the way is shared by all recomputed blocks. Blocks may be recomputed
/// within recomputed blocks.
///
/// Cost: one more forward pass of the block in a step of training, none at other times.
///
/// ```swift
/// let level = Recomputed(Sequential([
///   ("convolution", convolution),
///   ("normalization", BatchNormReLU(channels: 16)),
/// ]))
/// ```
public struct Recomputed: Layer {
  /// What is computed.
  public let block: any Layer<SparseTensor>

  /// A recomputed block.
  public init(_ block: any Layer<SparseTensor>) {
    self.block = block
  }

  /// The block's own parameters.
  public var ownParameters: [(name: String, parameter: Parameter)] { block.ownParameters }

  /// The block's parts.
  public var parts: [(name: String, part: any Module)] { block.parts }

  /// Applies the block.
  ///
  /// - Throws: what the block throws.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    var sites = input.sites
    var plan = input.plan
    var descent = input.descent
    // Only the sites are taken out of the run: its features end with it.
    let (from, fromPlan, fromDescent, block) = (input.sites, input.plan, input.descent, block)
    let features = try input.features.tape.recomputing(input.features) { features in
      let output = try block(
        SparseTensor(sites: from, features: features, plan: fromPlan, descent: fromDescent))
      sites = output.sites
      plan = output.plan
      descent = output.descent
      return output.features
    }
    return SparseTensor(sites: sites, features: features, plan: plan, descent: descent)
  }

  /// That the block is recomputed.
  public var kind: String { "Recomputed" }

  /// The block's, and that it is recomputed.
  public var description: String { "Recomputed \(block)" }
}
