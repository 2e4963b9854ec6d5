import Autodiff

/// Changes nothing: sites in → the same sites and features out.
///
/// The skip connection of a `ConcatTable`: `ConcatTable(Identity(), block, then: .add)`.
public struct Identity: Layer {
  /// A layer without settings.
  public init() {}

  /// The input itself.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor { input }
}
