import Tensors

extension Compute {
  /// Gather-GEMM-scatter: the rows an offset needs are gathered, multiplied by OpenBLAS and added to
  /// the block, offset by offset; gathered rows stay in the cache.
  func convolveGathered(
    _ input: Tensor, _ filters: [OffsetFilter], bias: Tensor?, rules: Rules,
    ending: ConvolutionEnding?, into output: Tensor
  ) {
    MatrixProduct.prepare()
    arena.reclaimingScratch {
      convolve(input, filters, bias: bias, rules: rules, ending: ending, into: output)
    }
  }

  private func convolve(
    _ input: Tensor, _ filters: [OffsetFilter], bias: Tensor?, rules: Rules,
    ending: ConvolutionEnding?, into output: Tensor
  ) {
    let scratch = BlockScratch(
      arena, threads: threads.count, rows: rules.rowsPerBlock,
      channels: input.channels, output.channels)
    threads.run(rules.blocks) { block, thread in
      initialise(output, rows: rules.rows(ofBlock: block), bias: bias)
      for filter in filters {
        accumulate(
          block: block, offset: filter.offset, input: input, filter: filter, rules: rules,
          into: output, gathered: scratch.first(thread), products: scratch.second(thread))
      }
      ending?.finish(
        output, rows: rules.rows(ofBlock: block), columns: 0..<output.channels)
    }
  }

  func initialise(_ output: Tensor, rows: Range<Int>, bias: Tensor?) {
    let channels = output.channels
    let first = output.values + rows.lowerBound * channels
    guard let bias else {
      first.update(repeating: 0, count: rows.count * channels)
      return
    }
    for row in 0..<rows.count {
      (first + row * channels).update(from: bias.values, count: channels)
    }
  }

  private func accumulate(
    block: Int, offset: Int, input: Tensor, filter: OffsetFilter, rules: Rules,
    into output: Tensor, gathered: UnsafeMutablePointer<Float>,
    products: UnsafeMutablePointer<Float>
  ) {
    let inputChannels = input.channels
    let outputChannels = output.channels
    if offset == rules.identityOffset {
      let rows = rules.rows(ofBlock: block)
      filter.multiply(
        input.matrix(rows: rows), into: output.values + rows.lowerBound * outputChannels,
        accumulating: true)
      return
    }
    let pairs = rules.pairs(block: block, offset: offset)
    guard !pairs.isEmpty else { return }
    gather(input, rows: rules.sources + pairs.lowerBound, count: pairs.count, into: gathered)
    filter.multiply(
      Matrix(gathered, rows: pairs.count, columns: inputChannels), into: products,
      accumulating: false)
    scatterAdd(products, rows: rules.targets + pairs.lowerBound, count: pairs.count, to: output)
  }
}

/// Copies chosen rows of a tensor one after the other.
func gather(
  _ tensor: Tensor, rows: UnsafePointer<Int32>, count: Int,
  into gathered: UnsafeMutablePointer<Float>
) {
  let channels = tensor.channels
  for index in 0..<count {
    let source = tensor.values + Int(rows[index]) &* channels
    let target = gathered + index &* channels
    for channel in 0..<channels { target[channel] = source[channel] }
  }
}

/// Adds rows that lie one after the other to chosen rows of a tensor.
func scatterAdd(
  _ products: UnsafePointer<Float>, rows: UnsafePointer<Int32>, count: Int, to tensor: Tensor
) {
  let channels = tensor.channels
  for index in 0..<count {
    let source = products + index &* channels
    let target = tensor.values + Int(rows[index]) &* channels
    for channel in 0..<channels { target[channel] += source[channel] }
  }
}

/// Two row buffers for each thread, in memory that no two threads share a cache line of.
struct BlockScratch {
  private let firstBase: UnsafeMutablePointer<Float>
  private let secondBase: UnsafeMutablePointer<Float>
  private let firstFloats: Int
  private let secondFloats: Int

  init(
    _ arena: Arena, threads: Int, rows: Int, channels firstChannels: Int, _ secondChannels: Int
  ) {
    firstFloats = BlockScratch.padded(rows * firstChannels)
    secondFloats = BlockScratch.padded(rows * secondChannels)
    firstBase = arena.scratch(Float.self, count: threads * firstFloats)
    secondBase = arena.scratch(Float.self, count: threads * secondFloats)
  }

  func first(_ thread: Int) -> UnsafeMutablePointer<Float> { firstBase + thread * firstFloats }
  func second(_ thread: Int) -> UnsafeMutablePointer<Float> { secondBase + thread * secondFloats }

  private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}

/// The weights of one filter offset: a matrix for each group of channels.
struct OffsetFilter {
  let weight: Tensor
  let offset: Int
  let groups: Int
  let inputChannels: Int
  let outputChannels: Int
  let isTransposed: Bool

  /// `result = rows · weights`, or `+=`, group by group; rows of the result are dense.
  func multiply(_ rows: Matrix, into result: UnsafeMutablePointer<Float>, accumulating: Bool) {
    for group in 0..<groups {
      MatrixProduct.multiply(
        rows.group(group, of: groups),
        weight.matrix(
          offset: offset * groups + group, inputChannels: inputChannels / groups,
          outputChannels: outputChannels / groups, isTransposed: isTransposed),
        into: result + group * (outputChannels / groups), pitch: outputChannels,
        accumulating: accumulating)
    }
  }
}

extension Tensor {
  /// The weight matrix of one filter offset, or of one group of an offset.
  func matrix(
    offset: Int, inputChannels: Int, outputChannels: Int, isTransposed: Bool
  ) -> Matrix {
    let start = values + offset * inputChannels * outputChannels
    return isTransposed
      ? Matrix(start, rows: outputChannels, columns: inputChannels, isTransposed: true)
      : Matrix(start, rows: inputChannels, columns: outputChannels)
  }
}

extension Tensor {
  /// A range of rows as an operand of a matrix product.
  func matrix(rows: Range<Int>) -> Matrix {
    Matrix(values + rows.lowerBound * channels, rows: rows.count, columns: channels)
  }
}
