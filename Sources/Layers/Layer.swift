import Autodiff
import Tensors

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

  /// The values of the rows that count, where there are values.
  func countingValues() -> Tensor?
}

/// A step of a network from features to features of one kind, sparse or dense.
///
/// A layer's gradient needs no code: its operators record themselves on the tape.
public protocol Layer<Features>: Module, CustomStringConvertible {
  /// What the layer reads and makes.
  associatedtype Features: LayerFeatures

  /// What the layer does with its parts, where that is more than applying one after the other;
  /// printed with its name in a network.
  var kind: String { get }

  /// Applies the layer.
  ///
  /// - Throws: `LayerError` or `SiteError` when the input does not fit.
  func callAsFunction(_ input: Features) throws -> Features
}

extension Layer {
  /// Nothing, unless a layer says otherwise.
  public var kind: String { "" }

  /// The name of its type, unless a layer says otherwise.
  public var description: String { "\(Self.self)" }

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
      isLeaf
        ? Trace.Shapes(
          rows: output.rows, channels: output.channels, spatialSize: output.spatialSize,
          parameterCount: parameterCount, inputValues: input.rows * input.channels)
        : nil,
      values: output.countingValues())
    return output
  }
}
