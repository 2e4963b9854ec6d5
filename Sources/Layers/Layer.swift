import Autodiff

/// What flows between layers: features that know their tape and their image.
public protocol LayerFeatures {
  /// The tape of the step.
  var tape: Tape { get }

  /// Number of rows: sites of a sparse image, positions of a dense one.
  var rows: Int { get }

  /// Number of channels.
  var channels: Int { get }

  /// Number of positions along each axis.
  var spatialSize: [Int] { get }
}

/// A step of a network from features to features of one kind, sparse or dense.
///
/// A layer's gradient needs no code: its operators record themselves on the tape.
public protocol Layer<Features>: Module, CustomStringConvertible {
  /// What the layer reads and makes.
  associatedtype Features: LayerFeatures

  /// Applies the layer.
  ///
  /// - Throws: `LayerError` or `SiteError` when the input does not fit.
  func callAsFunction(_ input: Features) throws -> Features
}

extension Layer {
  /// Applies the layer as the part of a network that has this name.
  ///
  /// Printed networks, plans and errors speak of parts by name, so networks call theirs this way:
  /// `try convolution(input, named: "convolution")`.
  public func callAsFunction(_ input: Features, named name: String) throws -> Features {
    guard let trace = input.tape.trace else { return try self(input) }
    let isLeaf = parts.isEmpty
    trace.enter(name, layer: isLeaf ? description : "\(Self.self)")
    let output = try self(input)
    trace.leave(
      isLeaf ? (output.rows, output.channels, output.spatialSize, parameterCount) : nil)
    return output
  }
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
