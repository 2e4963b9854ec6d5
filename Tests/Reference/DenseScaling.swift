/// Layers that halve and double full images, value by value.

extension DenseImage {
  /// Whether each place holds anything of a window that counts, on the coarser image a filter leads to.
  ///
  /// - Parameter counts: for each place of these images, event by event, whether it counts.
  public func coarser(_ counts: [Bool], _ filter: FilterCells) -> [Bool] {
    let coarse = coarse(filter, channels: 1)
    return (0..<events * coarse.places).map { row in
      windowRows(row, of: coarse, filter).contains { counts[$0] }
    }
  }

  /// An empty image of the size after a filter without padding.
  func coarse(_ filter: FilterCells, channels: Int) -> DenseImage {
    DenseImage(
      events: events, spatialSize: outputSize(of: spatialSize, filter, form: .strided),
      channels: channels)
  }

  /// The rows of the places that a window covers, in the order of the filter's cells.
  func windowRows(_ row: Int, of coarse: DenseImage, _ filter: FilterCells) -> [Int] {
    let (event, here) = (row / coarse.places, coarse.coordinates(row % coarse.places))
    return filter.offsets.compactMap { offset in
      place(here.indices.map { here[$0] * filter.stride[$0] + offset[$0] }).map {
        event * places + $0
      }
    }
  }

  /// The images with zeros where a place does not count.
  public func masked(by counts: [Bool]?) -> DenseImage {
    guard let counts else { return self }
    var image = self
    for index in image.values.indices where !counts[index / channels] { image.values[index] = 0 }
    return image
  }
}

/// The largest value of each window that counts; zero where none does.
public func denseMaxPooling(
  _ input: DenseImage, _ window: FilterCells, counts: [Bool]? = nil
) -> DenseImage {
  var output = input.coarse(window, channels: input.channels)
  for row in 0..<output.events * output.places {
    let inside = input.windowRows(row, of: output, window).filter { counts?[$0] ?? true }
    for channel in 0..<input.channels {
      let values = inside.map { input.values[$0 * input.channels + channel] }
      output.values[row * input.channels + channel] = values.max() ?? 0
    }
  }
  return output
}

/// Every value copied to all places of its window; windows do not overlap.
public func denseUnPooling(
  _ input: DenseImage, _ window: FilterCells, to spatialSize: [Int]
) -> DenseImage {
  var output = DenseImage(
    events: input.events, spatialSize: spatialSize, channels: input.channels)
  for row in 0..<input.events * input.places {
    for target in output.windowRows(row, of: input, window) {
      for channel in 0..<input.channels {
        output.values[target * input.channels + channel] =
          input.values[row * input.channels + channel]
      }
    }
  }
  return output
}

/// Images of twice as many rows and columns, of three axes of which the first stays.
///
/// The middle of a fine pixel lies at `(i + ½) / 2 − ½` on the coarse axis, between two coarse pixels of
/// which each counts by how near it is; what lies before the first or after the last is the first or
/// last. (PyTorch's `Upsample` of mode `bilinear` with `align_corners=False`.)
public func denseBilinearDoubling(_ input: DenseImage) -> DenseImage {
  let size = input.spatialSize
  var output = DenseImage(
    events: input.events, spatialSize: [size[0], 2 * size[1], 2 * size[2]],
    channels: input.channels)
  for row in 0..<output.events * output.places {
    let (event, place) = (row / output.places, output.coordinates(row % output.places))
    for (coarseRow, rowShare) in doublingShares(place[1], of: size[1]) {
      for (coarseColumn, columnShare) in doublingShares(place[2], of: size[2]) {
        guard let source = input.place([place[0], coarseRow, coarseColumn]) else { continue }
        let from = (event * input.places + source) * input.channels
        for channel in 0..<input.channels {
          output.values[row * input.channels + channel] +=
            rowShare * columnShare * input.values[from + channel]
        }
      }
    }
  }
  return output
}

/// What a fine position takes from coarse ones along one axis.
private func doublingShares(_ fine: Int, of count: Int) -> [(position: Int, share: Double)] {
  let place = min(max((Double(fine) + 0.5) / 2 - 0.5, 0), Double(count - 1))
  let low = Int(place.rounded(.down))
  let share = place - Double(low)
  return [(low, 1 - share), (min(low + 1, count - 1), share)]
}
