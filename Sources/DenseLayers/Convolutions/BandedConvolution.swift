import Kernels
import Tensors

/// A convolution over the images of a batch, band by band.
struct BandedConvolution {
  let geometry: ImageConvolutionGeometry
  let imageCount: Int
  /// Whether weights are kept as [filter, output channel, input channel], seen from the convolution:
  /// those of an inverse convolution are.
  let areChannelsReversed: Bool
  let primitives: ConvolutionPrimitives

  private typealias Band = ImageConvolutionGeometry.Band

  private var inputRowCount: Int { geometry.inputColumns * geometry.inputChannels }
  private var outputRowCount: Int { geometry.outputColumns * geometry.outputChannels }

  /// Rows of tensors of inputs and outputs.
  private var inputPixels: Int { imageCount * geometry.inputRows * geometry.inputColumns }
  private var outputPixels: Int { imageCount * geometry.outputRows * geometry.outputColumns }

  /// `output = convolution(input) + bias`.
  ///
  /// Cost: pixels of the output × filter × input × output channels multiply-adds.
  func forward(
    _ input: Tensor, weight: Tensor, bias: Tensor?, _ compute: Compute
  ) -> Tensor {
    let output = compute.arena.tensor(rows: outputPixels, channels: geometry.outputChannels)
    run(.forward, geometry.outputBands(), input, output, weight, compute) { image, band in
      guard let bias else { return }
      add(
        bias, to: output.values + outputOffset(image, band),
        rows: band.outputRows.count * geometry.outputColumns)
    }
    return output
  }

  /// The transposed map: the gradient of the input, or an inverse convolution with its bias.
  ///
  /// Cost: as forward.
  func backward(
    _ output: Tensor, weight: Tensor, bias: Tensor?, _ compute: Compute
  ) -> Tensor {
    let input = compute.arena.tensor(rows: inputPixels, channels: geometry.inputChannels)
    run(.backward, geometry.inputBands(), input, output, weight, compute) { image, band in
      guard let bias else { return }
      add(
        bias, to: input.values + inputOffset(image, band),
        rows: band.inputRows.count * geometry.inputColumns)
    }
    return input
  }

  private func run(
    _ direction: ConvolutionPrimitive.Direction, _ bands: [Band], _ input: Tensor,
    _ output: Tensor, _ weight: Tensor, _ compute: Compute, finish: (Int, Band) -> Void
  ) {
    guard inputPixels > 0 else { return }
    compute.arena.reclaimingScratch {
      let primitives = bands.map {
        self.primitives.primitive(
          direction, geometry, $0, areChannelsReversed: areChannelsReversed)
      }
      let scratch = WorkingMemory(of: primitives, compute)
      let packed = pack(weight, for: primitives, scratch, compute)
      compute.threads.run(imageCount * bands.count) { tile, thread in
        let (image, number) = (tile / bands.count, tile % bands.count)
        let band = bands[number]
        primitives[number].run(
          input: input.values + inputOffset(image, band), packed: packed[number],
          output: output.values + outputOffset(image, band), scratch: scratch.of(thread))
        finish(image, band)
      }
    }
  }

  /// The weights as each band wants them, packed once for all that want them alike.
  private func pack(
    _ weight: Tensor, for primitives: [ConvolutionPrimitive], _ scratch: WorkingMemory,
    _ compute: Compute
  ) -> [UnsafeMutablePointer<Float>] {
    var distinct: [(primitive: ConvolutionPrimitive, packed: UnsafeMutablePointer<Float>)] = []
    return primitives.map { primitive in
      if let same = distinct.first(where: {
        $0.primitive === primitive || $0.primitive.packsAlike(primitive)
      }) {
        return same.packed
      }
      let packed = compute.arena.scratch(Float.self, count: primitive.packedCount)
      primitive.reorder(weight.values, to: packed, scratch: scratch.of(0))
      distinct.append((primitive, packed))
      return packed
    }
  }

  /// `gradient += inputᵀ · outputGradient` for each offset of the filter.
  ///
  /// Bands are added up in a few pieces, and these in their order: the bits do not depend on the number
  /// of threads. Cost: as forward, and for each piece the weights once.
  func accumulateWeightGradient(
    input: Tensor, outputGradient: Tensor, into gradient: Tensor, _ compute: Compute
  ) {
    guard inputPixels > 0 else { return }
    let bands = geometry.outputBands()
    let primitives = bands.map {
      self.primitives.primitive(.weights, geometry, $0, areChannelsReversed: areChannelsReversed)
    }
    precondition(
      primitives.allSatisfy { $0.packsAlike(primitives[0]) }, "bands pack their weights alike")
    let count = primitives[0].packedCount
    let tiles = imageCount * bands.count
    let pieces = Self.pieces(tiles: tiles, weights: count)
    compute.arena.reclaimingScratch {
      let sums = compute.arena.scratch(Float.self, count: pieces * count)
      let products = compute.arena.scratch(Float.self, count: compute.threads.count * count)
      let scratch = WorkingMemory(of: primitives, compute)
      compute.threads.run(pieces) { piece, thread in
        let sum = sums + piece * count
        let first = piece * tiles / pieces
        for tile in first..<(piece + 1) * tiles / pieces {
          let (image, number) = (tile / bands.count, tile % bands.count)
          let target = tile == first ? sum : products + thread * count
          primitives[number].run(
            input: input.values + inputOffset(image, bands[number]), packed: target,
            output: outputGradient.values + outputOffset(image, bands[number]),
            scratch: scratch.of(thread))
          if tile != first { addValues(target, to: sum, count: count) }
        }
      }
      add(sums, pieces: pieces, count: count, primitives[0], scratch, to: gradient, compute)
    }
  }

  private func add(
    _ sums: UnsafeMutablePointer<Float>, pieces: Int, count: Int,
    _ primitive: ConvolutionPrimitive, _ scratch: WorkingMemory, to gradient: Tensor,
    _ compute: Compute
  ) {
    compute.threads.forEachTile(of: count, tile: 1 << 14) { range in
      for piece in 1..<max(pieces, 1) {
        addValues(
          sums + (piece * count + range.lowerBound), to: sums + range.lowerBound,
          count: range.count)
      }
    }
    let kept = compute.arena.scratch(Float.self, count: gradient.count)
    primitive.reorder(sums, to: kept, scratch: scratch.of(0))
    compute.threads.forEachTile(of: gradient.count, tile: 1 << 14) { range in
      addValues(kept + range.lowerBound, to: gradient.values + range.lowerBound, count: range.count)
    }
  }

  /// Pieces enough for many threads, and so few that their sums fit beside the images.
  private static func pieces(tiles: Int, weights: Int) -> Int {
    let most = max(2, (8 << 20) / max(weights, 1))
    return min(tiles, most, 16)
  }

  private func inputOffset(_ image: Int, _ band: Band) -> Int {
    (image * geometry.inputRows + band.inputRows.lowerBound) * inputRowCount
  }

  private func outputOffset(_ image: Int, _ band: Band) -> Int {
    (image * geometry.outputRows + band.outputRows.lowerBound) * outputRowCount
  }

  /// Adds a bias to rows that are still in the cache.
  private func add(_ bias: Tensor, to values: UnsafeMutablePointer<Float>, rows: Int) {
    let channels = bias.count
    for row in 0..<rows {
      addValues(bias.values, to: values + row &* channels, count: channels)
    }
  }
}

/// What primitives work in: a piece of scratch memory for each thread.
private struct WorkingMemory {
  private let base: UnsafeMutablePointer<Float>
  private let count: Int

  init(of primitives: [ConvolutionPrimitive], _ compute: Compute) {
    let most = primitives.map(\.scratchCount).max() ?? 0
    // A cache line apart, and aligned to one.
    count = (most + 31) / 16 * 16
    base = compute.arena.scratch(Float.self, count: compute.threads.count * count)
  }

  func of(_ thread: Int) -> UnsafeMutablePointer<Float> { base + thread * count }
}

/// `sum[i] += values[i]`, eight at a time.
@inline(__always)
private func addValues(
  _ values: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int
) {
  var index = 0
  while index &+ 8 <= count {
    let total =
      UnsafeRawPointer(sum + index).loadUnaligned(as: SIMD8<Float>.self)
      + UnsafeRawPointer(values + index).loadUnaligned(as: SIMD8<Float>.self)
    UnsafeMutableRawPointer(sum + index).storeBytes(of: total, as: SIMD8<Float>.self)
    index &+= 8
  }
  while index < count {
    sum[index] += values[index]
    index &+= 1
  }
}
