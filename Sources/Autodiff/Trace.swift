import Tensors

/// A record of the layers that features walked through, by name and in order.
///
/// Give one to a tape (`tape.trace = Trace()`) to see shapes, parameters and work of a pass; after an
/// error, `path` and `layer` tell where it happened. One that measures time as well tells where it
/// went, forward and backward. A tape without one records nothing.
///
/// ```swift
/// let trace = Trace(isTiming: true)
/// let step = try training.step(learningRate: 1e-3) { tape in
///   tape.trace = trace
///   return try loss(network(input(tape)), labels: labels)
/// }
/// for layer in trace.entries { print(layer.path, layer.forwardSeconds, layer.backwardSeconds) }
/// ```
public final class Trace {
  /// One layer, and what it made.
  public struct Entry: Equatable, Sendable {
    /// Names from the outermost part of the network to the layer.
    public let path: [String]
    /// The layer's own line, `SubmanifoldConvolution 16→32 3×3`.
    public let layer: String
    /// Rows of the result: sites.
    public let rows: Int
    /// Channels of the result.
    public let channels: Int
    /// Size of the result's image.
    public let spatialSize: [Int]
    /// Number of values an optimizer changes.
    public let parameterCount: Int
    /// Products of an input value and a weight in the forward pass.
    public let multiplyAdds: Int
    /// Pairs of an input row and an output row that a convolution multiplies.
    public let pairs: Int
    /// The least that a forward pass moves: input, output and parameters, once each.
    public let bytes: Int
    /// How a convolution was computed; empty for other layers.
    public let algorithm: String
    /// Wall-clock seconds of the forward pass, if the trace measures time.
    public internal(set) var forwardSeconds = 0.0
    /// Wall-clock seconds of the backward pass, of all operators that the layer recorded.
    public internal(set) var backwardSeconds = 0.0
  }

  /// What a layer read and made.
  public struct Shapes {
    let rows: Int
    let channels: Int
    let spatialSize: [Int]
    let parameterCount: Int
    let inputValues: Int

    /// Shapes of the result, with the number of values of the input.
    public init(
      rows: Int, channels: Int, spatialSize: [Int], parameterCount: Int, inputValues: Int
    ) {
      self.rows = rows
      self.channels = channels
      self.spatialSize = spatialSize
      self.parameterCount = parameterCount
      self.inputValues = inputValues
    }

    var bytes: Int { (inputValues + rows * channels + parameterCount) * MemoryLayout<Float>.stride }
  }

  /// The layers so far; parts made of other parts have no entry of their own.
  public internal(set) var entries: [Entry] = []

  /// Operators that parts made of other parts recorded themselves, as the sum of a residual block:
  /// one entry for each part that did, in the order they ended.
  ///
  /// Noted only where time is measured.
  public internal(set) var betweenLayers: [Entry] = []

  /// When parts and layers ran, forward and backward, if the trace measures time.
  public internal(set) var spans: [Span] = []

  /// Whether time is measured.
  public let isTiming: Bool

  /// Is shown the values of every layer's result, one row for each pixel that counts, if it is set.
  public var watcher: ((_ path: [String], _ values: Tensor) -> Void)?

  /// Names of the parts that were entered and not left.
  public private(set) var path: [String] = []

  /// The innermost layer that was entered last.
  public private(set) var layer = ""

  /// Work that was counted since a layer was left last.
  private var work = Work()

  /// Parts that were entered and not left; the network itself lies beneath them all.
  var open = [OpenPart(number: 0, layer: "")]

  /// Where the time of each part that was ever entered goes, by its number.
  var owners = [Owner.nobody]

  private struct Work {
    var multiplyAdds = 0
    var pairs = 0
    var algorithm = ""
  }

  /// An empty record.
  ///
  /// - Parameter isTiming: whether to measure time too, at two looks at the clock for each layer and
  ///   operator.
  public init(isTiming: Bool = false) {
    self.isTiming = isTiming
  }

  /// Notes that a part of the network begins.
  public func enter(_ name: String, layer: String) {
    path.append(name)
    self.layer = layer
    open.append(OpenPart(number: owners.count, layer: layer))
    owners.append(.nobody)
    if isTiming { open[open.count - 1].start = .now }
  }

  /// Notes that the part entered last has made its result.
  ///
  /// - Parameters:
  ///   - shapes: what it read and made, where it is a layer and not made of other parts; asked for when
  ///     its time has been taken.
  ///   - values: what it made, for who watches.
  public func leave(
    _ shapes: @autoclosure () -> Shapes?, values: @autoclosure () -> Tensor? = nil
  ) {
    let end: ContinuousClock.Instant? = isTiming ? .now : nil
    let part = open.removeLast()
    let shapes = shapes()
    if let watcher, shapes != nil, let values = values() { watcher(path, values) }
    let seconds = end.map { close(part, at: $0, isLayer: shapes != nil) } ?? 0
    if let shapes {
      owners[part.number] = .entry(entries.count)
      entries.append(entry(of: part, shapes, seconds: seconds))
      work = Work()
    }
    path.removeLast()
  }

  /// Counts work of the layer that is being walked through.
  ///
  /// - Parameters:
  ///   - multiplyAdds: products of an input value and a weight.
  ///   - pairs: pairs of an input row and an output row.
  ///   - algorithm: how they are computed.
  public func count(multiplyAdds: Int, pairs: Int = 0, algorithm: String = "") {
    work.multiplyAdds += multiplyAdds
    work.pairs += pairs
    work.algorithm = algorithm
  }

  private func entry(of part: OpenPart, _ shapes: Shapes, seconds: Double) -> Entry {
    Entry(
      path: path, layer: part.layer, rows: shapes.rows, channels: shapes.channels,
      spatialSize: shapes.spatialSize, parameterCount: shapes.parameterCount,
      multiplyAdds: work.multiplyAdds, pairs: work.pairs, bytes: shapes.bytes,
      algorithm: work.algorithm, forwardSeconds: seconds)
  }
}
