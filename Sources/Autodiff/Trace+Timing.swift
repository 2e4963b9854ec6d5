/// Where the time of a pass goes: a layer's from its call to its result, and of the backward pass
/// whatever the operators take that the layer recorded.
///
/// Time is attributed once: what a part made of parts spends in them is theirs.
extension Trace {
  /// A stretch of time.
  public struct Span: Sendable {
    /// What ran.
    public enum Kind: Sendable {
      /// A part made of other parts, forward.
      case part
      /// A layer, forward.
      case layer
      /// An operator's gradients.
      case backward
    }

    /// What ran.
    public let kind: Kind
    /// Names from the outermost part of the network to the one that ran.
    public let path: [String]
    /// The layer's own line; a part's type.
    public let layer: String
    /// When it began.
    public let start: ContinuousClock.Instant
    /// When it ended.
    public let end: ContinuousClock.Instant
  }

  /// A part that was entered and not left.
  struct OpenPart {
    let number: Int
    let layer: String
    var start: ContinuousClock.Instant?
    /// Seconds of the parts within.
    var innerSeconds = 0.0
    /// What it recorded itself.
    var operators = Operators()
  }

  /// Operators of a part, added up.
  struct Operators {
    var count = 0
    var seconds = 0.0
    var rows = 0
    var channels = 0
    var values = 0
  }

  /// Whose time it is.
  enum Owner {
    case entry(Int)
    case betweenLayers(Int)
    case nobody
  }

  /// The innermost part that was entered and not left.
  var currentPart: Int { open[open.count - 1].number }

  /// Runs an operator's forward pass on behalf of the innermost part.
  func forward<Result>(rows: Int, channels: Int, _ operation: () -> Result) -> Result {
    guard isTiming else { return operation() }
    let start = ContinuousClock.now
    let result = operation()
    let last = open.count - 1
    open[last].operators.count += 1
    open[last].operators.seconds += (ContinuousClock.now - start) / .seconds(1)
    open[last].operators.rows = rows
    open[last].operators.channels = channels
    open[last].operators.values += rows * channels
    // The network itself is never left.
    if last == 0 { keepOperators(of: &open[0]) }
    return result
  }

  /// Runs a pullback on behalf of the part that recorded it.
  func backward(of part: Int, _ pullback: () -> Void) {
    guard isTiming else { return pullback() }
    let start = ContinuousClock.now
    pullback()
    let end = ContinuousClock.now
    let seconds = (end - start) / .seconds(1)
    let owner: Entry
    switch owners[part] {
    case .entry(let index):
      entries[index].backwardSeconds += seconds
      owner = entries[index]
    case .betweenLayers(let index):
      betweenLayers[index].backwardSeconds += seconds
      owner = betweenLayers[index]
    case .nobody: return
    }
    spans.append(
      Span(kind: .backward, path: owner.path, layer: owner.layer, start: start, end: end))
  }

  /// Ends a part's time, and returns what of it is its own.
  func close(_ part: OpenPart, at end: ContinuousClock.Instant, isLayer: Bool) -> Double {
    guard let start = part.start else { return 0 }
    let seconds = (end - start) / .seconds(1)
    open[open.count - 1].innerSeconds += seconds
    spans.append(
      Span(kind: isLayer ? .layer : .part, path: path, layer: part.layer, start: start, end: end))
    if !isLayer {
      var part = part
      keepOperators(of: &part)
    }
    return seconds - part.innerSeconds
  }

  /// Gives the operators of a part made of parts an entry among those between layers.
  private func keepOperators(of part: inout OpenPart) {
    guard part.operators.count > 0 else { return }
    var known: Int?
    if case .betweenLayers(let index) = owners[part.number] { known = index }
    let earlier = known.map { betweenLayers[$0] }
    var entry = Entry(
      path: path, layer: part.layer, rows: part.operators.rows, channels: part.operators.channels,
      spatialSize: [], parameterCount: 0, multiplyAdds: 0, pairs: 0,
      bytes: (earlier?.bytes ?? 0) + part.operators.values * MemoryLayout<Float>.stride,
      algorithm: "", forwardSeconds: (earlier?.forwardSeconds ?? 0) + part.operators.seconds)
    entry.backwardSeconds = earlier?.backwardSeconds ?? 0
    part.operators = Operators()
    if let known {
      betweenLayers[known] = entry
    } else {
      owners[part.number] = .betweenLayers(betweenLayers.count)
      betweenLayers.append(entry)
    }
  }
}
