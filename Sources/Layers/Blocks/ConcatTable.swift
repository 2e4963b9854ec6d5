import Autodiff

/// Applies several layers to one input and brings their results together.
///
/// Sites in → the sites all branches agree on out. What SparseConvNet writes as
///
/// ```python
/// scn.Sequential().add(
///   scn.ConcatTable().add(scn.Identity()).add(block)).add(scn.AddTable())
/// ```
///
/// is here one layer:
///
/// ```swift
/// let residual = ConcatTable(Identity(), block, then: .add)
/// ```
///
/// Without the last step, `table.branches(of: input)` gives the array of results, for `AddTable` and
/// `JoinTable` or for the user's own.
public struct ConcatTable: Layer {
  /// What becomes of the branches' results.
  public enum Ending: Sendable {
    /// They are added, by `AddTable`: channels are equal.
    case add
    /// Their channels are joined in the order of the branches, by `JoinTable`.
    case join
  }

  /// The layers, by name, in order.
  public let layers: [(name: String, layer: any Layer<SparseTensor>)]

  /// What becomes of their results.
  public let ending: Ending

  /// A table of named branches.
  public init(_ layers: [(name: String, layer: any Layer<SparseTensor>)], then ending: Ending) {
    self.layers = layers
    self.ending = ending
  }

  /// A table of branches named by their numbers.
  public init(_ layers: any Layer<SparseTensor>..., then ending: Ending) {
    self.init(layers.enumerated().map { ("\($0.offset)", $0.element) }, then: ending)
  }

  /// The layers as modules.
  public var parts: [(name: String, part: any Module)] {
    layers.map { ($0.name, $0.layer) }
  }

  /// The result of every branch.
  ///
  /// - Throws: what a branch throws.
  public func branches(of input: SparseTensor) throws -> [SparseTensor] {
    try layers.map { try $0.layer(input, named: $0.name) }
  }

  /// Applies every branch and brings the results together.
  ///
  /// - Throws: `LayerError` when there is no branch, or when sites or added channels differ; and
  ///   what a branch throws.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    let branches = try branches(of: input)
    return switch ending {
    case .add: try AddTable()(branches)
    case .join: try JoinTable()(branches)
    }
  }

  /// What becomes of the branches' results.
  public var kind: String { "ConcatTable, then \(ending)" }

  /// Its kind and its branches.
  public var description: String { kind + "\n" + outline }
}
