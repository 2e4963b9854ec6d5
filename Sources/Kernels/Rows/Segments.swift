import Tensors

/// Rows cut into consecutive segments: the events of a batch.
///
/// Reductions cut each segment into tiles of fixed size, so that one large event is shared among
/// threads and results do not depend on their number.
public struct Segments {
  /// The rows of each segment.
  ///
  /// Segments follow one another and cover all rows; they may be empty.
  public let rows: [Range<Int>]

  /// Rows of a tile: a constant of the arithmetic, never of the machine.
  static let rowsPerTile = 1024

  /// A part of a segment.
  struct Tile {
    let segment: Int
    let rows: Range<Int>
  }

  /// All tiles, segment by segment.
  let tiles: [Tile]

  /// Number of rows of all segments.
  public var rowCount: Int { rows.last?.upperBound ?? 0 }

  /// Segments of these rows.
  public init(_ rows: [Range<Int>]) {
    self.rows = rows
    tiles = rows.enumerated().flatMap { segment, range in
      stride(from: range.lowerBound, to: range.upperBound, by: Self.rowsPerTile).map {
        Tile(segment: segment, rows: $0..<min(range.upperBound, $0 + Self.rowsPerTile))
      }
    }
  }

  /// What a segment's sum is multiplied with: one over its number of rows when dividing.
  func factor(_ segment: Int, dividing: Bool) -> Double {
    dividing ? 1 / Double(max(rows[segment].count, 1)) : 1
  }
}

/// What happens to a row and the value of its segment.
public enum SegmentCombination: Sendable {
  /// The sum of both.
  case add
  /// The product of both.
  case multiply
}

extension Compute {
  /// The sum, or the mean, of each segment's rows.
  ///
  /// Sums are made in double precision: tiles by themselves, then in order.
  ///
  /// - Parameters:
  ///   - factor: another tensor of the input's shape that is multiplied with it, value by value.
  ///   - dividing: whether to divide each sum by the number of its rows.
  /// - Returns: `[segments, channels]`, zeros for an empty segment.
  public func segmentSums(
    _ input: Tensor, times factor: Tensor? = nil, _ segments: Segments, dividing: Bool = false
  ) -> Tensor {
    precondition(segments.rowCount == input.rows, "segments cover all rows")
    let channels = input.channels
    let pitch = (channels + 15) / 8 * 8
    let tiles = segments.tiles
    let partials = arena.scratch(Double.self, count: tiles.count * pitch)
    threads.run(tiles.count) { tile, _ in
      let sums = partials + tile * pitch
      sums.update(repeating: 0, count: channels)
      for row in tiles[tile].rows {
        let values = input.values + row &* channels
        guard let factor else {
          for channel in 0..<channels { sums[channel] += Double(values[channel]) }
          continue
        }
        let factors = factor.values + row &* channels
        for channel in 0..<channels {
          sums[channel] += Double(values[channel]) * Double(factors[channel])
        }
      }
    }
    let totals = arena.scratch(Double.self, count: segments.rows.count * channels)
    totals.update(repeating: 0, count: segments.rows.count * channels)
    for (index, tile) in tiles.enumerated() {
      let target = totals + tile.segment * channels
      for channel in 0..<channels { target[channel] += partials[index * pitch + channel] }
    }
    let output = arena.tensor(rows: segments.rows.count, channels: channels)
    for segment in segments.rows.indices {
      let factor = segments.factor(segment, dividing: dividing)
      for index in segment * channels..<(segment + 1) * channels {
        output.values[index] = Float(totals[index] * factor)
      }
    }
    return output
  }

  /// Each segment's value in all of its rows: the backward pass of `segmentSums`.
  ///
  /// - Parameter dividing: whether to divide each value by the number of its rows.
  /// - Returns: `[rows, channels]`.
  public func spread(_ input: Tensor, over segments: Segments, dividing: Bool = false) -> Tensor {
    precondition(segments.rows.count == input.rows, "every segment has a value")
    let channels = input.channels
    let output = arena.tensor(rows: segments.rowCount, channels: channels)
    threads.run(segments.tiles.count) { index, _ in
      let tile = segments.tiles[index]
      let factor = Float(segments.factor(tile.segment, dividing: dividing))
      let source = input.values + tile.segment * channels
      for row in tile.rows {
        let target = output.values + row &* channels
        for channel in 0..<channels { target[channel] = source[channel] * factor }
      }
    }
    return output
  }

  /// Each row combined with the value of its segment.
  ///
  /// - Parameters:
  ///   - input: `[rows, channels]`.
  ///   - values: `[segments, channels]`.
  public func combine(
    _ input: Tensor, with values: Tensor, _ segments: Segments, by combination: SegmentCombination
  ) -> Tensor {
    precondition(segments.rows.count == values.rows, "every segment has a value")
    precondition(segments.rowCount == input.rows, "segments cover all rows")
    precondition(values.channels == input.channels, "only equal channels combine")
    let channels = input.channels
    let output = arena.tensor(rows: input.rows, channels: channels)
    threads.run(segments.tiles.count) { index, _ in
      let tile = segments.tiles[index]
      let other = values.values + tile.segment * channels
      for row in tile.rows {
        let source = input.values + row &* channels
        let target = output.values + row &* channels
        switch combination {
        case .add:
          for channel in 0..<channels { target[channel] = source[channel] + other[channel] }
        case .multiply:
          for channel in 0..<channels { target[channel] = source[channel] * other[channel] }
        }
      }
    }
    return output
  }
}
