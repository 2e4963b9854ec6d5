import Autodiff
import Kernels
import Layers
import Tensors

/// The channels of all planes side by side, on one plane: images in → images out.
///
/// `output[event, row, column][p × channels + c] = input[p, event, row, column][c]`. Cost: one copy a
/// value.
public struct StackedPlanes: Layer {
  /// What flows through it.
  public typealias Features = DenseImages

  /// Number of planes.
  public let planes: Int

  /// A layer for so many planes.
  public init(planes: Int) {
    self.planes = planes
  }

  /// Stacks.
  ///
  /// - Throws: `LayerError` for another number of planes.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    guard input.spatialSize[0] == planes else {
      throw LayerError.notCovered(layer: description, spatialSize: input.spatialSize)
    }
    let (features, planes) = (input.features, planes)
    let rows = features.rows / planes
    let output = features.tape.record(rows: rows, channels: planes * features.channels) { compute in
      (
        stack(features.value, planes: planes, compute),
        { gradient in features.accumulate { unstack(gradient, planes: planes, $0) } }
      )
    }
    return try input.moved(
      to: [1] + input.spatialSize.dropFirst(), filter: [planes, 1, 1], stride: [1, 1, 1], output)
  }
}

/// The way back from `StackedPlanes`.
public struct UnstackedPlanes: Layer {
  /// What flows through it.
  public typealias Features = DenseImages

  /// Number of planes.
  public let planes: Int

  /// A layer for so many planes.
  public init(planes: Int) {
    self.planes = planes
  }

  /// Parts channels into planes.
  ///
  /// - Throws: `LayerError` when nothing stacked the planes, or channels cannot be parted.
  public func callAsFunction(_ input: DenseImages) throws -> DenseImages {
    let step = try input.lastStep(filter: [planes, 1, 1], stride: [1, 1, 1], layer: description)
    guard input.channels % planes == 0 else {
      throw LayerError.groups(layer: description, groups: planes, channels: input.channels)
    }
    let (features, planes) = (input.features, planes)
    let output = features.tape.record(
      rows: features.rows * planes, channels: features.channels / planes
    ) { compute in
      (
        unstack(features.value, planes: planes, compute),
        { gradient in
          features.accumulate { stack(gradient, planes: planes, $0) }
        }
      )
    }
    return input.movedBack(step, output)
  }
}

/// Planes that follow each other as channels side by side.
private func stack(_ input: Tensor, planes: Int, _ compute: Compute) -> Tensor {
  let rows = input.rows / planes
  return (1..<planes).reduce(input.rows(0..<rows)) { stacked, plane in
    compute.join(stacked, input.rows(plane * rows..<(plane + 1) * rows))
  }
}

/// Channels parted into planes that follow each other.
private func unstack(_ input: Tensor, planes: Int, _ compute: Compute) -> Tensor {
  let channels = input.channels / planes
  let output = compute.arena.tensor(rows: input.rows * planes, channels: channels)
  for plane in 0..<planes {
    let part = compute.slice(input, channels: plane * channels..<(plane + 1) * channels)
    output.rows(plane * input.rows..<(plane + 1) * input.rows).copy(from: part)
  }
  return output
}
