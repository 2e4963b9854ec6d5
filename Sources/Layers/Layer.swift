import Autodiff

/// A step of a network from features to features of one kind, sparse or dense.
///
/// A layer's gradient needs no code: its operators record themselves on the tape.
public protocol Layer<Features>: Module, CustomStringConvertible {
  /// What the layer reads and makes.
  associatedtype Features

  /// Applies the layer.
  ///
  /// - Throws: `LayerError` or `SiteError` when the input does not fit.
  func callAsFunction(_ input: Features) throws -> Features
}

/// Layers applied one after the other, as in SparseConvNet and PyTorch.
///
/// ```swift
/// let block = Sequential([
///   ("convolution", convolution),
///   ("normalization", BatchNormalization(channels: 16, leak: 0)),
/// ])
/// let output = try block(input)
/// ```
public struct Sequential<Features>: Layer {
  /// The layers, by name, in order.
  public let layers: [(name: String, layer: any Layer<Features>)]

  /// A sequence of named layers.
  ///
  /// An empty one changes nothing.
  public init(_ layers: [(name: String, layer: any Layer<Features>)]) {
    self.layers = layers
  }

  /// The layers as modules.
  public var parts: [(name: String, part: any Module)] {
    layers.map { ($0.name, $0.layer) }
  }

  /// Applies each layer to the result of the one before.
  public func callAsFunction(_ input: Features) throws -> Features {
    var features = input
    for (_, layer) in layers { features = try layer(features) }
    return features
  }

  /// One line a layer.
  public var description: String {
    layers.map { "\($0.name): \($0.layer)" }.joined(separator: "\n")
  }
}
