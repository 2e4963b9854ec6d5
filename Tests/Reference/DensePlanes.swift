/// The channels of all planes side by side on one plane; planes are the first axis.
public func stackedPlanes(_ input: DenseImage) -> DenseImage {
  let (planes, perPlane) = (input.spatialSize[0], input.places / input.spatialSize[0])
  var values: [Double] = []
  for event in 0..<input.events {
    for place in 0..<perPlane {
      for plane in 0..<planes {
        let row = event * input.places + plane * perPlane + place
        values += input.values[row * input.channels..<(row + 1) * input.channels]
      }
    }
  }
  return DenseImage(
    events: input.events, spatialSize: [1] + input.spatialSize.dropFirst(),
    channels: planes * input.channels, values: values)
}

/// Channels parted into planes that follow each other.
public func unstackedPlanes(_ input: DenseImage, planes: Int) -> DenseImage {
  let channels = input.channels / planes
  var values: [Double] = []
  for event in 0..<input.events {
    for plane in 0..<planes {
      for place in 0..<input.places {
        let first = (event * input.places + place) * input.channels + plane * channels
        values += input.values[first..<first + channels]
      }
    }
  }
  return DenseImage(
    events: input.events, spatialSize: [planes] + input.spatialSize.dropFirst(),
    channels: channels, values: values)
}

/// Applies a function to the rows of each part alone.
///
/// - Parameters:
///   - features: rows × channels.
///   - parts: the part of each row, from 0 to below `count`.
///   - function: is given a part's number and rows, in their order, and makes a row of each.
public func inParts(
  _ features: [[Double]], _ parts: [Int], count: Int,
  _ function: (_ part: Int, _ rows: [[Double]]) -> [[Double]]
) -> [[Double]] {
  var output = features
  for part in 0..<count {
    let rows = parts.indices.filter { parts[$0] == part }
    for (row, values) in zip(rows, function(part, rows.map { features[$0] })) {
      output[row] = values
    }
  }
  return output
}

/// The values of a part: all, where parts share them, or the part's own piece.
public func valuesOfPart(_ part: Int, _ values: [Double], channels: Int) -> [Double] {
  guard values.count > channels else { return values }
  return Array(values[part * channels..<(part + 1) * channels])
}
