import Tensors

/// Doubling of full images between the nearest pixels of each axis.
///
/// A fine pixel lies a quarter of a coarse one from the middle of the nearest, so three quarters come from
/// that and one from the next; at the edges both are the last one. (PyTorch's `Upsample` of mode
/// `bilinear` with `align_corners=False`.)
extension Compute {
  /// Images of twice as many rows and columns.
  ///
  /// Cost: four products a value of the result.
  ///
  /// - Parameters:
  ///   - input: `[coarse pixels, channels]`.
  ///   - extents: with windows of 2×2.
  /// - Returns: `[fine pixels, channels]`.
  public func doubleBilinearly(_ input: Tensor, _ extents: ImageExtents) -> Tensor {
    let (channels, coarse) = (input.channels, extents.coarse)
    let output = arena.tensor(rows: extents.finePixels, channels: channels)
    let width = coarse.columns * channels
    threads.forEachTile(of: extents.images * extents.fine.rows, tile: 4) { range in
      for row in range {
        let (image, inside) = (row / extents.fine.rows, row % extents.fine.rows)
        let (near, far) = neighbours(inside, coarse.rows)
        let first = input.values + (image &* coarse.rows &+ near) &* width
        let second = input.values + (image &* coarse.rows &+ far) &* width
        let target = output.values + row &* extents.fine.columns &* channels
        for column in 0..<extents.fine.columns {
          let (left, right) = neighbours(column, coarse.columns)
          let (l, r) = (left &* channels, right &* channels)
          blend(
            first + l, first + r, second + l, second + r, to: target + column &* channels,
            channels)
        }
      }
    }
    return output
  }

  /// The backward pass of `doubleBilinearly`: the transposed map.
  ///
  /// - Parameter outputGradient: `[fine pixels, channels]`.
  /// - Returns: `[coarse pixels, channels]`.
  public func doubleBilinearlyBackward(
    _ outputGradient: Tensor, _ extents: ImageExtents
  ) -> Tensor {
    let (channels, coarse, fine) = (outputGradient.channels, extents.coarse, extents.fine)
    let gradient = arena.tensor(rows: extents.coarsePixels, channels: channels)
    threads.forEachTile(of: extents.images * coarse.rows, tile: 4) { range in
      for row in range {
        let (image, inside) = (row / coarse.rows, row % coarse.rows)
        for column in 0..<coarse.columns {
          let target = gradient.values + (row &* coarse.columns &+ column) &* channels
          target.update(repeating: 0, count: channels)
          for fineRow in max(0, 2 * inside - 1)..<min(fine.rows, 2 * inside + 3) {
            let rowShare = share(fineRow, of: inside, coarse.rows)
            for fineColumn in max(0, 2 * column - 1)..<min(fine.columns, 2 * column + 3) {
              let share = rowShare * share(fineColumn, of: column, coarse.columns)
              let pixel = (image &* fine.rows &+ fineRow) &* fine.columns &+ fineColumn
              let slopes = outputGradient.values + pixel &* channels
              for channel in 0..<channels { target[channel] += share * slopes[channel] }
            }
          }
        }
      }
    }
    return gradient
  }

  /// The coarse positions that a fine one takes three quarters and one quarter from.
  @inline(__always)
  private func neighbours(_ fine: Int, _ count: Int) -> (near: Int, far: Int) {
    let near = fine / 2
    let far = fine % 2 == 0 ? max(0, near &- 1) : min(count &- 1, near &+ 1)
    return (near, far)
  }

  /// How much a fine position takes from a coarse one.
  @inline(__always)
  private func share(_ fine: Int, of coarse: Int, _ count: Int) -> Float {
    let (near, far) = neighbours(fine, count)
    return (near == coarse ? 0.75 : 0) + (far == coarse ? 0.25 : 0)
  }

  @inline(__always)
  private func blend(
    _ nearNear: UnsafePointer<Float>, _ nearFar: UnsafePointer<Float>,
    _ farNear: UnsafePointer<Float>, _ farFar: UnsafePointer<Float>,
    to target: UnsafeMutablePointer<Float>, _ channels: Int
  ) {
    for channel in 0..<channels {
      let near = 0.75 * nearNear[channel] + 0.25 * nearFar[channel]
      let far = 0.75 * farNear[channel] + 0.25 * farFar[channel]
      target[channel] = 0.75 * near + 0.25 * far
    }
  }
}
