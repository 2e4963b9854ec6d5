import Autodiff
import Kernels
import Sites

/// Leaves sites out: sites in → a subset of them out, with their features.
///
/// MinkowskiEngine's and SPINE's layer of this name. The gradient of a site that stays is its own; of one that goes, zero. Cost: one copy a value.
///
/// As a layer, it judges sites by one channel; called with a mask or a condition, by anything:
///
/// ```swift
/// let bright = try Pruning(.above(0.5, channel: 0))(input)
/// let chosen = try Pruning()(input, keeping: mask)
/// let loud = try Pruning()(input) { values in values.contains { $0 > 3 } }
/// ```
///
/// A mask can be planned. What follows from values cannot, and says so on a planning tape; the size
/// of an image can.
///
/// Its output has a plan of its own for the step, unless the input's plan knows the sites that stay:
/// others are chosen in the next step, and would fill a plan that is kept.
public struct Pruning: Layer {
  /// Which sites stay.
  public enum Criterion: Hashable, Sendable {
    /// All of them.
    case all
    /// Those whose value in a channel is larger than this.
    case above(Float, channel: Int)
    /// In each event, so many with the largest values in a channel; of equal ones the lowest rows.
    case highest(Int, channel: Int)
  }

  /// Which sites stay when the layer is called without a mask.
  public let criterion: Criterion

  /// A layer without parameters.
  public init(_ criterion: Criterion = .all) {
    self.criterion = criterion
  }

  /// Keeps the sites of the layer's criterion.
  ///
  /// - Throws: `LayerError` for a channel the input has not, or on a planning tape.
  public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
    switch criterion {
    case .all: return input
    case .above(let threshold, let channel):
      let scores = try scores(input, channel)
      return try self(input, keeping: scores.map { $0 > threshold })
    case .highest(let count, let channel):
      let scores = try scores(input, channel)
      return try self(input, keepingHighest: count, of: scores)
    }
  }

  /// Keeps the sites of a mask.
  ///
  /// - Parameter mask: for each site whether it stays.
  /// - Throws: `SiteError` when the mask has another length than there are sites.
  public func callAsFunction(
    _ input: SparseTensor, keeping mask: [Bool]
  ) throws -> SparseTensor {
    let kept = try input.sites.subset(keeping: mask)
    let rows = mask.indices.filter { mask[$0] }.map { Int32($0) }
    let features = input.features.copiedRows(count: kept.count, from: { rows }) {
      var targets = [Int32](repeating: -1, count: mask.count)
      for (target, row) in rows.enumerated() { targets[Int(row)] = Int32(target) }
      return targets
    }
    return SparseTensor(
      sites: kept, features: features, plan: input.plan.holding(kept), descent: input.descent)
  }

  /// Keeps the sites whose features meet a condition.
  ///
  /// - Parameter condition: judges a site by its channels.
  /// - Throws: `LayerError` on a planning tape.
  public func callAsFunction(
    _ input: SparseTensor, where condition: (ArraySlice<Float>) throws -> Bool
  ) throws -> SparseTensor {
    try checkValues(input)
    let values = input.rows > 0 ? input.features.value.array : []
    let channels = input.channels
    return try self(
      input,
      keeping: (0..<input.sites.count).map { row in
        // Slices keep the array's indices; a copy lets a condition count channels from zero.
        try condition(ArraySlice(Array(values[row * channels..<(row + 1) * channels])))
      })
  }

  /// Keeps, in each event, the sites of the highest scores.
  ///
  /// - Parameters:
  ///   - count: how many at most; none if negative.
  ///   - scores: one for each site; of equal ones the lowest rows stay, and what is not a number
  ///     comes last.
  /// - Throws: `LayerError` when there are more or fewer scores than sites.
  public func callAsFunction(
    _ input: SparseTensor, keepingHighest count: Int, of scores: [Float]
  ) throws -> SparseTensor {
    guard scores.count == input.sites.count else {
      throw LayerError.scores(layer: "Pruning", found: scores.count, sites: input.sites.count)
    }
    var mask = [Bool](repeating: false, count: scores.count)
    for rows in input.sites.eventRows {
      let ranked = rows.sorted { left, right in
        let (first, second) = (rank(scores[left]), rank(scores[right]))
        return first != second ? first > second : left < right
      }
      for row in ranked.prefix(max(count, 0)) { mask[row] = true }
    }
    return try self(input, keeping: mask)
  }

  private func rank(_ score: Float) -> Float { score.isNaN ? -.infinity : score }

  private func scores(_ input: SparseTensor, _ channel: Int) throws(LayerError) -> [Float] {
    guard channel >= 0, channel < input.channels else {
      throw LayerError.channelOutside(
        layer: description, channel: channel, channels: input.channels)
    }
    try checkValues(input)
    guard input.rows > 0 else { return [] }
    let values = input.features.value
    return (0..<values.rows).map { values[$0, channel] }
  }

  private func checkValues(_ input: SparseTensor) throws(LayerError) {
    // An image without sites, on which sizes are planned, has no values to look at.
    guard input.features.tape.purpose != .planning || input.rows == 0 else {
      throw LayerError.needsValues(layer: description)
    }
  }

  /// Its name and criterion.
  public var description: String {
    switch criterion {
    case .all: "Pruning"
    case .above(let threshold, let channel): "Pruning above \(threshold) in channel \(channel)"
    case .highest(let count, let channel): "Pruning to \(count) highest in channel \(channel)"
    }
  }
}
