import Tensors

// A depthwise convolution multiplies one number a channel and pair: it is bound by the rows it moves,
// so it neither gathers nor calls a matrix product.

extension Compute {
  /// `output[t, c] = bias[c] + Σ input[s, c] · weight[k, c]` over the pairs (s, t) of every offset k.
  ///
  /// Each block of output rows is finished by one thread, offset by offset. Cost: pairs × channels
  /// multiply-adds, twice as many loads.
  ///
  /// - Parameters:
  ///   - input: `[rules.sourceRows, channels]`.
  ///   - weight: `offsets × channels` values.
  ///   - bias: `[1, channels]`, or nothing.
  func convolveDepthwise(_ input: Tensor, weight: Tensor, bias: Tensor?, rules: Rules) -> Tensor {
    let channels = input.channels
    let output = arena.tensor(rows: rules.targetRows, channels: channels)
    threads.run(rules.blocks) { block, _ in
      initialise(output, rows: rules.rows(ofBlock: block), bias: bias)
      for offset in 0..<rules.offsets {
        let factors = weight.values + offset * channels
        for pair in rules.pairs(block: block, offset: offset) {
          let source = input.values + Int(rules.sources[pair]) &* channels
          let target = output.values + Int(rules.targets[pair]) &* channels
          for channel in 0..<channels { target[channel] += source[channel] * factors[channel] }
        }
      }
    }
    return output
  }
}

/// `sums[c] = Σ left[r, c] · right[r, c]`, or `+=` when accumulating: the weight gradient of a
/// depthwise convolution for some gathered pairs.
func addProductsOfColumns(
  _ left: Matrix, _ right: Matrix, to sums: UnsafeMutablePointer<Float>, accumulating: Bool
) {
  let channels = left.columns
  if !accumulating { sums.update(repeating: 0, count: channels) }
  for row in 0..<left.rows {
    let first = left.values + row &* left.pitch
    let second = right.values + row &* right.pitch
    for channel in 0..<channels { sums[channel] += first[channel] * second[channel] }
  }
}
