import Autodiff

/// Changes nothing: sites in → the same sites and features out.
///
/// The skip connection of a `ConcatTable`. Example: `ConcatTable([("skip", Identity())], then: .add)`.
public struct Identity: Layer {
  /// A layer without settings.
  public init() {}

  /// The input itself.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor { input }

  /// Its name.
  public var description: String { "Identity" }
}

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
/// let residual = ConcatTable([("skip", Identity()), ("block", block)], then: .add)
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

  /// One line a branch.
  public var description: String {
    (["ConcatTable, then \(ending)"] + layers.map { "\($0.name): \($0.layer)" })
      .joined(separator: "\n")
  }
}
