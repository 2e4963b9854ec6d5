import Layers

/// Brings a network's layers into the form in which it is applied: what follows a convolution directly
/// and takes constants is folded into it, wherever the backend can.
///
/// `UResNet`'s blocks normalise behind their convolutions. A normalisation that other layers precede,
/// as behind the bias of each plane, and one whose planes have parameters of their own, stay.
struct Folding<Backend: Convolutions> {
  typealias Features = Backend.Features

  let backend: Backend

  /// A sequence of fewer layers that computes the same.
  func callAsFunction(_ sequence: Sequential<Features>) -> Sequential<Features> {
    var layers: [(name: String, layer: any Layer<Features>)] = []
    for (name, layer) in sequence.layers {
      if let last = layers.last, let folded = backend.fold(layer, into: last.layer) {
        layers[layers.count - 1] = (last.name, folded)
      } else {
        layers.append((name, folded(layer)))
      }
    }
    return Sequential(layers)
  }

  private func folded(_ layer: any Layer<Features>) -> any Layer<Features> {
    switch layer {
    case let sequence as Sequential<Features>: self(sequence)
    case let block as ResidualBlock<Backend>: folded(block)
    default: layer
    }
  }

  private func folded(_ block: ResidualBlock<Backend>) -> ResidualBlock<Backend> {
    let folded = block.normalization.flatMap { backend.fold($0, into: block.convolution) }
    return ResidualBlock(
      backend: backend, first: self(block.first), convolution: folded ?? block.convolution,
      normalization: folded == nil ? block.normalization : nil, activation: block.activation)
  }
}
