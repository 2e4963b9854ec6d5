/// An image with a value for every place, event and channel: an oracle without sites or rulebooks.
///
/// On an image that is occupied everywhere a sparse convolution is the dense one; nothing of the
/// sparse oracle is used here, so that the two can be compared.
public struct DenseImage {
  /// Number of events.
  public let events: Int
  /// Number of places along each axis.
  public let spatialSize: [Int]
  /// Number of channels.
  public let channels: Int
  /// Row-major: event, place (last axis fastest), channel.
  public var values: [Double]

  /// An image of these values.
  public init(events: Int, spatialSize: [Int], channels: Int, values: [Double]? = nil) {
    self.events = events
    self.spatialSize = spatialSize
    self.channels = channels
    let count = spatialSize.reduce(events * channels, *)
    precondition(values.map { $0.count == count } ?? true, "an image has a value for every place")
    self.values = values ?? [Double](repeating: 0, count: count)
  }

  /// Places of one event.
  var places: Int { spatialSize.reduce(1, *) }

  /// The coordinates of a place.
  func coordinates(_ place: Int) -> [Int] {
    var rest = place
    var coordinates: [Int] = []
    for size in spatialSize.reversed() {
      coordinates.insert(rest % size, at: 0)
      rest /= size
    }
    return coordinates
  }

  /// The number of a place, or nothing outside the image.
  func place(_ coordinates: [Int]) -> Int? {
    var place = 0
    for (coordinate, size) in zip(coordinates, spatialSize) {
      guard 0 <= coordinate, coordinate < size else { return nil }
      place = place * size + coordinate
    }
    return place
  }

  /// Rows × channels, one row for every event and place.
  public var rows: [[Double]] {
    stride(from: 0, to: values.count, by: channels).map { Array(values[$0..<$0 + channels]) }
  }
}

/// A dense convolution by direct loops: `Σ weights[k]ᵀ · input` over the cells `k` of a filter.
///
/// - Parameters:
///   - input: the image.
///   - filter: cells, stride and dilation.
///   - form: zero padding by the centre so that the size stays (`submanifold`), no padding
///     (`strided`), or transposed (`full`).
///   - weights: indexed `[cell][input channel][output channel]`.
///   - bias: one value per output channel.
public func denseConvolution(
  _ input: DenseImage, _ filter: FilterCells, form: ConvolutionForm, weights: [[[Double]]],
  bias: [Double]
) -> DenseImage {
  var output = DenseImage(
    events: input.events,
    spatialSize: outputSize(of: input.spatialSize, filter, form: form), channels: bias.count)
  for row in 0..<output.events * output.places {
    for channel in bias.indices { output.values[row * bias.count + channel] = bias[channel] }
  }
  for event in 0..<input.events {
    // A transposed convolution walks the input's places, the others the output's.
    for walked in 0..<(form == .full ? input.places : output.places) {
      let here = form == .full ? input.coordinates(walked) : output.coordinates(walked)
      for (cell, position) in filter.positions.enumerated() {
        let there = here.indices.map { axis in
          let padding = form == .submanifold ? filter.size[axis] / 2 : 0
          return here[axis] * filter.stride[axis]
            + (position[axis] - padding) * filter.dilation[axis]
        }
        guard let other = form == .full ? output.place(there) : input.place(there) else { continue }
        let from = event * input.places + (form == .full ? walked : other)
        let to = event * output.places + (form == .full ? other : walked)
        for (source, row) in weights[cell].enumerated() {
          let value = input.values[from * input.channels + source]
          for (target, weight) in row.enumerated() {
            output.values[to * output.channels + target] += value * weight
          }
        }
      }
    }
  }
  return output
}
