import Autodiff
import Layers
import Sites
import Tensors
import Training

/// A network of one's own, from points to answers: `swift run -c release shape-classifier`.
///
/// Events in a cube are straight tracks, widening showers, or vertices with two tracks.
@main
struct ShapeClassifier {
  static func main() throws {
    // A network is a sequence of layers; none of them needs a gradient written for it. Submanifold
    // convolutions stay on the sites there are, strided ones and pooling make coarser sites.
    var random = RandomStream(seed: 1, for: .weights)
    let network = Sequential<SparseTensor>(
      SubmanifoldConvolution(
        inputChannels: 1, outputChannels: 8, filterSize: [3, 3, 3], random: &random),
      BatchNormReLU(channels: 8),
      Convolution(
        inputChannels: 8, outputChannels: 16, filterSize: [3, 3, 3], filterStride: [2, 2, 2],
        random: &random),
      BatchNormReLU(channels: 16), MaxPooling(poolSize: [2, 2, 2], poolStride: [2, 2, 2]),
      GlobalPooling(.average),
      NetworkInNetwork(inputChannels: 16, outputChannels: 3, random: &random))
    print(network)
    // Before any event: do all layers fit the image? An error names the layer and a size that works.
    try network.plan(for: [33, 33, 33])

    // A step: points become sites, the network walks over them, the loss is made smaller.
    let training = TrainingLoop(of: network, by: Adam(), seed: 1)
    for step in 1...400 {
      let (points, labels) = try batch(of: 24, &random)
      let done = try training.step(learningRate: 3e-3) { tape in
        try CrossEntropy()(network(input(points, network, tape)), labels: labels)
      }
      if step % 100 == 0 { print("step \(step): loss \(done.loss)") }
    }

    // What it makes of events it has not seen; the largest score is the answer.
    let (points, labels) = try batch(of: 300, &random)
    let scores = try training.evaluate { try network(input(points, network, $0)).features.value }
    let right = labels.indices.count { event in
      (0..<3).max { scores[event, $0] < scores[event, $1] } == Int(labels[event])
    }
    print("\(right) of \(labels.count) new events are right")
  }

  /// Charges of one, summed where several points share a site, and the network's rulebooks for them.
  static func input(
    _ points: PointMap, _ network: Sequential<SparseTensor>, _ tape: Tape
  ) throws -> SparseTensor {
    let charges = Tensor(rows: points.pointCount, channels: 1)
    charges.fill(1)
    return try InputLayer(duplicates: .sum)(
      charges, at: points, plan: network.plan(for: points.sites), tape: tape)
  }

  /// Random events as points with their event's number, and which of the three shapes they are.
  static func batch(of count: Int, _ random: inout RandomStream) throws -> (PointMap, [UInt8]) {
    let labels = (0..<count).map { _ in UInt8.random(in: 0..<3, using: &random) }
    var (coordinates, events): ([Int32], [Int32]) = ([], [])
    for (event, label) in labels.enumerated() {
      var direction: [Double] = []
      for step in 0..<40 {
        let length = Double(label == 2 ? step % 20 : step)
        if length == 0 { direction = (0..<3).map { _ in random.uniform(in: -1...1) } }
        coordinates += direction.map {
          let spread = label == 1 ? 0.1 * length * random.normal() : 0
          return Int32(min(max(16 + 0.4 * length * $0 + spread, 0), 32))
        }
        events.append(Int32(event))
      }
    }
    let packing = try SitePacking(batchSize: count, spatialSize: [33, 33, 33])
    return (try PointMap(packing: packing, coordinates: coordinates, events: events), labels)
  }
}
