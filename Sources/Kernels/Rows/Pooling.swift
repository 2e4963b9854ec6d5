import Tensors

extension Compute {
  /// Max pooling over the active sites of each window.
  ///
  /// Unlike SparseConvNet, which starts from zero, the maximum of a window of negative values is
  /// negative. Of equal values the one of the lowest offset wins, and takes the gradient.
  ///
  /// - Returns: the maxima `[rules.targetRows, channels]`, and for each the row it came from.
  public func maxPool(
    _ input: Tensor, rules: Rules
  ) -> (output: Tensor, winners: UnsafeMutablePointer<Int32>) {
    let channels = input.channels
    let output = arena.tensor(rows: rules.targetRows, channels: channels)
    let winners = arena.scratch(Int32.self, count: output.count)
    threads.run(rules.blocks) { block, _ in
      let rows = rules.rows(ofBlock: block)
      let first = rows.lowerBound * channels
      (output.values + first).update(repeating: -.infinity, count: rows.count * channels)
      (winners + first).update(repeating: -1, count: rows.count * channels)
      forEachPair(rules, block) { source, target in
        let values = input.values + source &* channels
        let maxima = output.values + target &* channels
        let rowWinners = winners + target &* channels
        for channel in 0..<channels
        where values[channel] > maxima[channel] || rowWinners[channel] < 0 {
          maxima[channel] = values[channel]
          rowWinners[channel] = Int32(source)
        }
      }
    }
    return (output, winners)
  }

  /// The backward pass of `maxPool`: each gradient goes to the row that won.
  ///
  /// - Parameter inverse: the rulebook with its roles swapped: written rows are the pooled ones.
  public func maxPoolBackward(
    outputGradient: Tensor, winners: UnsafePointer<Int32>, inverse: Rules
  ) -> Tensor {
    let channels = outputGradient.channels
    let gradient = arena.tensor(rows: inverse.targetRows, channels: channels)
    threads.run(inverse.blocks) { block, _ in
      clear(gradient, rows: inverse.rows(ofBlock: block))
      forEachPair(inverse, block) { source, target in
        let slopes = outputGradient.values + source &* channels
        let rowWinners = winners + source &* channels
        let sums = gradient.values + target &* channels
        for channel in 0..<channels where rowWinners[channel] == Int32(target) {
          sums[channel] += slopes[channel]
        }
      }
    }
    return gradient
  }

  /// `output[t] = factor · Σ input[s]` over all pairs (s, t): average pooling (with one over the
  /// window's volume), un-pooling, and the gradients of both.
  ///
  /// - Returns: `[rules.targetRows, channels]`.
  public func sumPool(_ input: Tensor, rules: Rules, factor: Float) -> Tensor {
    let channels = input.channels
    let output = arena.tensor(rows: rules.targetRows, channels: channels)
    threads.run(rules.blocks) { block, _ in
      clear(output, rows: rules.rows(ofBlock: block))
      forEachPair(rules, block) { source, target in
        let values = input.values + source &* channels
        let sums = output.values + target &* channels
        for channel in 0..<channels { sums[channel] += values[channel] * factor }
      }
    }
    return output
  }

  private func clear(_ tensor: Tensor, rows: Range<Int>) {
    (tensor.values + rows.lowerBound * tensor.channels).update(
      repeating: 0, count: rows.count * tensor.channels)
  }

  @inline(__always)
  private func forEachPair(_ rules: Rules, _ block: Int, _ body: (Int, Int) -> Void) {
    for offset in 0..<rules.offsets {
      for pair in rules.pairs(block: block, offset: offset) {
        body(Int(rules.sources[pair]), Int(rules.targets[pair]))
      }
    }
  }
}
