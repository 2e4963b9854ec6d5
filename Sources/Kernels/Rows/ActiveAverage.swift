import Tensors

extension Compute {
  /// One divided by the number of pairs that write each row; zero for a row that none writes.
  ///
  /// - Returns: `rules.targetRows` factors, in the step's memory.
  public func reciprocalPairCounts(_ rules: Rules) -> UnsafeMutablePointer<Float> {
    let factors = arena.scratch(Float.self, count: rules.targetRows)
    threads.run(rules.blocks) { block, _ in
      let rows = rules.rows(ofBlock: block)
      (factors + rows.lowerBound).update(repeating: 0, count: rows.count)
      for offset in 0..<rules.offsets {
        for pair in rules.pairs(block: block, offset: offset) {
          factors[Int(rules.targets[pair])] += 1
        }
      }
      for row in rows where factors[row] > 0 { factors[row] = 1 / factors[row] }
    }
    return factors
  }

  /// Each row times a factor of its own.
  ///
  /// - Parameter factors: one per row.
  /// - Returns: a tensor of the same shape.
  public func scaleRows(_ tensor: Tensor, by factors: UnsafePointer<Float>) -> Tensor {
    let channels = tensor.channels
    let output = arena.tensor(rows: tensor.rows, channels: channels)
    threads.forEachTile(of: output.rows, tile: 4096) { rows in
      for row in rows {
        for index in row &* channels..<(row &+ 1) &* channels {
          output.values[index] = tensor.values[index] * factors[row]
        }
      }
    }
    return output
  }
}
