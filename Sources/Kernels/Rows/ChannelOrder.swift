import Tensors

/// The two orders a full image is kept in: channels next to each other, or positions.
extension Compute {
  private static let positionsPerTile = 4096

  /// `output[(image · channels + channel) · positions + p] = input[image · positions + p, channel]`:
  /// from channels last to channels first.
  public func channelsFirst(
    _ input: Tensor, images: Int, to output: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(output.count == input.count, "both orders have the same values")
    let channels = input.channels
    forEachTile(of: input, images: images) { image, positions, range in
      for channel in 0..<channels {
        let target = (image * channels + channel) * positions
        for position in range {
          output[target &+ position] =
            input.values[(image &* positions &+ position) &* channels &+ channel]
        }
      }
    }
  }

  /// The way back: from channels first to channels last.
  public func channelsLast(
    _ input: UnsafeBufferPointer<Float>, images: Int, to output: Tensor
  ) {
    precondition(output.count == input.count, "both orders have the same values")
    let channels = output.channels
    forEachTile(of: output, images: images) { image, positions, range in
      for channel in 0..<channels {
        let source = (image * channels + channel) * positions
        for position in range {
          output.values[(image &* positions &+ position) &* channels &+ channel] =
            input[source &+ position]
        }
      }
    }
  }

  private func forEachTile(
    of tensor: Tensor, images: Int, _ body: (Int, Int, Range<Int>) -> Void
  ) {
    guard images > 0 else { return }
    let positions = tensor.rows / images
    let tiles = (positions + Self.positionsPerTile - 1) / Self.positionsPerTile
    threads.run(images * tiles) { index, _ in
      let first = index % tiles * Self.positionsPerTile
      body(index / tiles, positions, first..<min(positions, first + Self.positionsPerTile))
    }
  }
}
