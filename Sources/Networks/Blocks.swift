import Autodiff
import Layers

/// Makes the blocks of a UResNet: a convolution with what follows it, and residual blocks.
struct BlockBuilder<Backend: Convolutions> {
  let backend: Backend
  let configuration: UResNetConfiguration

  typealias Features = Backend.Features
  typealias Named = (name: String, layer: any Layer<Features>)

  /// A layer, its normalisation if the network has any, and the activation.
  ///
  /// - Parameter leak: slope of the activation, the network's if left out.
  func block(
    _ layer: any Layer<Features>, channels: Int, leak: Float? = nil
  ) -> Sequential<Features> {
    Sequential(
      [("convolution", layer)] + activated(channels, parts: parts, leak: leak ?? configuration.leak)
    )
  }

  /// A convolution to all planes, each of which has a bias and a normalisation of its own.
  func splitBlock(
    _ layer: any Layer<Features>, channels: Int, activated isActivated: Bool
  ) -> Sequential<Features> {
    let planes = configuration.planes
    let bias = configuration.bias ? [("bias", backend.planeBias(channels, planes: planes))] : []
    let rest =
      isActivated ? activated(channels, parts: .own(planes), leak: configuration.leak) : []
    return Sequential([("convolution", layer)] + bias + rest)
  }

  /// A layer alone, or with normalisation and activation.
  func block(
    _ layer: any Layer<Features>, channels: Int, activated isActivated: Bool
  ) -> Sequential<Features> {
    isActivated ? block(layer, channels: channels) : Sequential([("convolution", layer)])
  }

  /// Plain or residual blocks one after the other, `block0`, `block1`, ….
  func series(_ count: Int, channels: Int, filter: Int) -> Sequential<Features> {
    Sequential(
      (0..<count).map { number in
        let layer: any Layer<Features> =
          configuration.residual
          ? residual(channels, filter: filter)
          : block(convolution(channels, filter: filter), channels: channels)
        return ("block\(number)", layer)
      })
  }

  private func residual(_ channels: Int, filter: Int) -> ResidualBlock<Backend> {
    ResidualBlock(
      backend: backend,
      first: block(convolution(channels, filter: filter), channels: channels),
      convolution: convolution(channels, filter: filter),
      normalization: configuration.batchNorm
        ? normalization(channels, leak: 1, parts: parts) : nil,
      activation: backend.activation(leak: configuration.leakAfterSum ?? configuration.leak))
  }

  private func convolution(_ channels: Int, filter: Int) -> any Layer<Features> {
    backend.submanifold(
      channels, channels, filter: [1, filter, filter], bias: configuration.bias)
  }

  /// Which pixels a normalisation takes together.
  private var parts: BatchNormalization.Parts {
    configuration.normalizationScope == .eachPlane ? .alike : .none
  }

  private func activated(
    _ channels: Int, parts: BatchNormalization.Parts, leak: Float
  ) -> [Named] {
    configuration.batchNorm
      ? [("normalization", normalization(channels, leak: leak, parts: parts))]
      : [("activation", backend.activation(leak: leak))]
  }

  private func normalization(
    _ channels: Int, leak: Float, parts: BatchNormalization.Parts
  ) -> any Layer<Features> {
    backend.normalization(
      channels, epsilon: configuration.normalizationEpsilon,
      momentum: configuration.normalizationMomentum, leak: leak, parts: parts)
  }
}

/// Two convolutions whose result is added to their input, then activated (He et al.,
/// arXiv:1512.03385).
struct ResidualBlock<Backend: Convolutions>: Layer {
  typealias Features = Backend.Features

  let backend: Backend
  let first: Sequential<Features>
  let convolution: any Layer<Features>
  let normalization: (any Layer<Features>)?
  let activation: any Layer<Features>

  var parts: [(name: String, part: any Module)] {
    [("first", first), ("second", second), ("activation", activation)]
  }

  private var second: Sequential<Features> {
    Sequential(
      [("convolution", convolution)] + (normalization.map { [("normalization", $0)] } ?? []))
  }

  func callAsFunction(_ input: Features) throws -> Features {
    let inner = try first(input, named: "first")
    guard let normalization else {
      return try backend.finish(
        inner, convolution: ("second.convolution", convolution), skip: input,
        activation: ("activation", activation))
    }
    let branch = try convolution(inner, named: "second.convolution")
    return try backend.finish(
      branch, normalization: ("second.normalization", normalization), skip: input,
      activation: ("activation", activation))
  }

  var description: String { outline }
}
