import Autodiff

/// Layers applied one after the other, as in SparseConvNet and PyTorch.
///
/// ```swift
/// let block = Sequential([
///   ("convolution", convolution),
///   ("normalization", BatchNormalization(channels: 16, leak: 0)),
/// ])
/// let output = try block(input)
/// ```
public struct Sequential<Features: LayerFeatures>: Layer {
  /// The layers, by name, in order.
  public let layers: [(name: String, layer: any Layer<Features>)]

  /// A sequence of named layers.
  ///
  /// An empty one changes nothing.
  public init(_ layers: [(name: String, layer: any Layer<Features>)]) {
    self.layers = layers
  }

  /// A sequence of layers named by their numbers, as SparseConvNet and PyTorch name them.
  public init(_ layers: any Layer<Features>...) {
    self.init(numbered: layers)
  }

  /// A sequence of any number of layers named by their numbers.
  public init(numbered layers: [any Layer<Features>]) {
    self.init(layers.enumerated().map { ("\($0.offset)", $0.element) })
  }

  /// The layers as modules.
  public var parts: [(name: String, part: any Module)] {
    layers.map { ($0.name, $0.layer) }
  }

  /// Applies each layer to the result of the one before.
  public func callAsFunction(_ input: Features) throws -> Features {
    try layers.reduce(input) { try $1.layer($0, named: $1.name) }
  }

  /// The layers as `outline` prints them; without any it is the identity.
  public var description: String { layers.isEmpty ? "Identity" : outline }
}
