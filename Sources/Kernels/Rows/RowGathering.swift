import Tensors

/// Rows copied from one tensor to another by number: what pruning, unions, dense images and points
/// are made of.
///
/// Row numbers are trusted: whoever makes a list of them has checked it.
extension Compute {
  private static let rowsPerTile = 2048

  /// `output[i] = input[rows[i]]`, zeros where the row is -1.
  ///
  /// - Parameters:
  ///   - rows: for each row of the result the row it copies.
  ///   - factors: what each row of `input` is multiplied with, if anything.
  /// - Returns: `[rows.count, channels]`.
  public func gatherRows(
    _ input: Tensor, _ rows: UnsafeBufferPointer<Int32>,
    factors: UnsafeBufferPointer<Float>? = nil
  ) -> Tensor {
    let channels = input.channels
    let output = arena.tensor(rows: rows.count, channels: channels)
    threads.forEachTile(of: rows.count, tile: Self.rowsPerTile) { range in
      for index in range {
        let target = output.values + index &* channels
        let row = Int(rows[index])
        guard row >= 0 else {
          target.update(repeating: 0, count: channels)
          continue
        }
        let source = input.values + row &* channels
        guard let factors else {
          target.update(from: source, count: channels)
          continue
        }
        for channel in 0..<channels { target[channel] = source[channel] * factors[row] }
      }
    }
    return output
  }

  /// `sum[i] += input[rows[i]]`, nothing where the row is -1.
  public func addGatheredRows(
    _ input: Tensor, _ rows: UnsafeBufferPointer<Int32>, to sum: Tensor
  ) {
    precondition(sum.rows == rows.count && sum.channels == input.channels, "a sum has its shape")
    let channels = input.channels
    threads.forEachTile(of: rows.count, tile: Self.rowsPerTile) { range in
      for index in range where rows[index] >= 0 {
        let source = input.values + Int(rows[index]) &* channels
        let target = sum.values + index &* channels
        for channel in 0..<channels { target[channel] += source[channel] }
      }
    }
  }

  /// `output[rows[i]] = input[i]`, and `fill` in the rows no number names.
  ///
  /// - Parameters:
  ///   - rows: distinct rows of the result.
  ///   - rowCount: rows of the result.
  ///   - fill: a value for each channel; zeros when left out.
  /// - Returns: `[rowCount, channels]`.
  public func scatterRows(
    _ input: Tensor, to rows: UnsafeBufferPointer<Int32>, rowCount: Int, fill: [Float]? = nil
  ) -> Tensor {
    precondition(rows.count == input.rows, "every row has a place")
    precondition((fill?.count ?? input.channels) == input.channels, "every channel has a fill")
    let channels = input.channels
    let output = arena.tensor(rows: rowCount, channels: channels)
    threads.forEachTile(of: rowCount, tile: Self.rowsPerTile) { range in
      let first = output.values + range.lowerBound &* channels
      guard let fill else {
        first.update(repeating: 0, count: range.count * channels)
        return
      }
      fill.withUnsafeBufferPointer { fill in
        for row in 0..<range.count {
          for channel in 0..<channels { first[row &* channels &+ channel] = fill[channel] }
        }
      }
    }
    threads.forEachTile(of: input.rows, tile: Self.rowsPerTile) { range in
      for index in range {
        (output.values + Int(rows[index]) &* channels).update(
          from: input.values + index &* channels, count: channels)
      }
    }
    return output
  }

  /// `output[r] = Σ input[i]` over the members of each group in their order: the backward pass of a
  /// gather whose rows repeat.
  ///
  /// Sums are made in double precision.
  ///
  /// - Parameters:
  ///   - starts: members of group `r` are `members[starts[r]..<starts[r + 1]]`.
  ///   - members: rows of `input`, group by group.
  ///   - dividing: whether to divide each sum by the number of its members.
  /// - Returns: `[groups, channels]`, zeros for a group without members.
  public func groupSums(
    _ input: Tensor, starts: UnsafeBufferPointer<Int32>, members: UnsafeBufferPointer<Int32>,
    dividing: Bool = false
  ) -> Tensor {
    let channels = input.channels
    let groups = starts.count - 1
    let output = arena.tensor(rows: groups, channels: channels)
    let pitch = (channels + 15) / 8 * 8
    let scratch = arena.scratch(Double.self, count: threads.count * pitch)
    let tiles = (groups + Self.rowsPerTile - 1) / Self.rowsPerTile
    threads.run(tiles) { tile, thread in
      let sums = scratch + thread * pitch
      for group in tile * Self.rowsPerTile..<min(groups, (tile + 1) * Self.rowsPerTile) {
        let range = Int(starts[group])..<Int(starts[group + 1])
        sums.update(repeating: 0, count: channels)
        for member in range {
          let source = input.values + Int(members[member]) &* channels
          for channel in 0..<channels { sums[channel] += Double(source[channel]) }
        }
        let divisor = dividing ? Double(max(range.count, 1)) : 1
        let target = output.values + group &* channels
        for channel in 0..<channels { target[channel] = Float(sums[channel] / divisor) }
      }
    }
    return output
  }
}
