import Autodiff
import Kernels

/// What a profile says of one layer: medians over the steps.
struct LayerFigures: Encodable {
  /// The layer's place in the network, `level0.down.block1.convolution`.
  let name: String
  /// Its own line; of sums and joins between layers, that they are such.
  let layer: String
  let sites: Int
  let channels: Int
  let pairs: Int
  /// Of the forward pass; the backward pass has twice as many, the first layer's as many.
  let multiplyAdds: Int
  /// The least that the forward pass moves; the backward pass moves twice as many.
  let bytes: Int
  let forwardSeconds: Double
  let backwardSeconds: Double
  let inferenceSeconds: Double
  /// Operations a second in 10⁹, forward and backward together.
  let gflops: Double
  let forwardGflops: Double
  /// The least seconds that the machine could take, forward and backward together.
  let boundSeconds: Double
  /// Of the bound; one is as fast as the machine can.
  let shareOfBound: Double
  let algorithm: String

  /// Seconds forward and backward.
  var seconds: Double { forwardSeconds + backwardSeconds }

  /// Whether it stands for the sums and joins of a part, rather than for a layer.
  var isBetweenLayers: Bool { layer == Self.betweenLayers }

  private static let betweenLayers = "sums and joins"

  /// Whether it multiplies by weights.
  var isConvolution: Bool { multiplyAdds > 0 }

  /// Names from the outermost part of the network to the layer.
  var path: [String] { name.split(separator: ".").map(String.init) }

  /// The layers of a network in its order, with what is between them after the parts it belongs to.
  static func all(of measurement: NetworkMeasurement) -> [LayerFigures] {
    guard let first = measurement.training.first?.trace else { return [] }
    let layers = first.entries.indices.map { index in
      LayerFigures(
        measurement, isFirst: index == 0, isBetween: false,
        \.entries, index)
    }
    let between = first.betweenLayers.indices.map { index in
      LayerFigures(measurement, isFirst: false, isBetween: true, \.betweenLayers, index)
    }
    // An empty sequence of layers does nothing, and takes no time that could be judged.
    return between.reduce(into: layers.filter { $0.layer != "Identity" }) { all, figures in
      let last = all.lastIndex { $0.path.starts(with: figures.path) } ?? all.count - 1
      all.insert(figures, at: figures.path.isEmpty ? all.count : last + 1)
    }
  }

  private init(
    _ measurement: NetworkMeasurement, isFirst: Bool, isBetween: Bool,
    _ list: KeyPath<Trace, [Trace.Entry]>, _ index: Int
  ) {
    func entries(_ passes: [MeasuredPass]) -> [Trace.Entry] {
      passes.compactMap {
        let entries = $0.trace[keyPath: list]
        return index < entries.count ? entries[index] : nil
      }
    }
    let trained = entries(measurement.training)
    func median(_ value: (Trace.Entry) -> Int) -> Int {
      Int(trained.map { Double(value($0)) }.median)
    }
    let multiplyAdds = median(\.multiplyAdds)
    let bytes = median(\.bytes)
    let forward = trained.map(\.forwardSeconds).median
    let seconds = forward + trained.map(\.backwardSeconds).median
    // Nobody asks for the gradient of the input, and sums hand theirs on as they are.
    let passes = isBetween ? 1.0 : isFirst ? 2 : 3
    let flops = 2 * Double(multiplyAdds)
    let bound =
      passes * measurement.peaks.boundSeconds(flops: flops, bytes: Double(bytes))
    name = trained.first?.path.joined(separator: ".") ?? ""
    layer = isBetween ? Self.betweenLayers : trained.first?.layer ?? ""
    sites = median(\.rows)
    channels = median(\.channels)
    pairs = median(\.pairs)
    self.multiplyAdds = multiplyAdds
    self.bytes = bytes
    forwardSeconds = forward
    backwardSeconds = seconds - forward
    // Inference has fewer layers: what is folded into a convolution takes no time of its own.
    let path = trained.first?.path ?? []
    inferenceSeconds =
      measurement.inference.compactMap { pass in
        pass.trace[keyPath: list].first { $0.path == path }?.forwardSeconds
      }.median
    gflops = seconds > 0 ? 1e-9 * passes * flops / seconds : 0
    forwardGflops = forward > 0 ? 1e-9 * flops / forward : 0
    boundSeconds = bound
    shareOfBound = seconds > 0 ? bound / seconds : 0
    algorithm = trained.first?.algorithm ?? ""
  }
}
