import Autodiff
import GoldenFiles
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves the layers between points, sites and full images against SparseConvNet, gradients
/// included.
@Suite("Points and images against SparseConvNet", .enabled(if: GoldenFile.isAvailable("layers.h5")))
struct GoldenPointTests {
  @Test(
    "points in the flat form, onto sites and back",
    arguments: GoldenLayerCase.names("InputLayer+OutputLayer"))
  func inputLayer(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let places = try golden.golden.sites("in_coords")
    let packing = try SitePacking(
      batchSize: golden.integer("batch_size"), spatialSize: golden.extents("spatial_size"))
    let map = try PointMap(
      packing: packing, coordinates: places.flatMap { $0.dropFirst().map { Int32($0) } },
      events: places.map { Int32($0[0]) })
    // Modes 1 and 2 are first and last here, whatever the documentation says.
    let modes: [InputLayer.Duplicates] = [.reject, .first, .last, .sum, .mean]
    let duplicates = try modes[golden.integer("mode")]
    let shape = try golden.golden.shape(of: "in_features")
    try check(golden, map, duplicates, channels: shape[1])
  }

  @Test(
    "points in the padded form, onto sites and back",
    arguments: GoldenLayerCase.names("BLInputLayer+BLOutputLayer"))
  func paddedInputLayer(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let shape = try golden.golden.shape(of: "in_features")
    let packing = try SitePacking(
      batchSize: shape[0], spatialSize: golden.extents("spatial_size"))
    let map = try PointMap(
      packing: packing, paddedCoordinates: golden.golden.integers("in_coords").map { Int32($0) },
      length: shape[1])
    // Here modes 1 and 2 are the other way round.
    let modes: [InputLayer.Duplicates] = [.reject, .last, .first, .sum, .mean]
    let duplicates = try modes[golden.integer("mode")]
    try check(golden, map, duplicates, channels: shape[2])
  }

  /// Compares an input layer and an output layer, and the gradients of both.
  private func check(
    _ golden: GoldenLayerCase, _ map: PointMap, _ duplicates: InputLayer.Duplicates, channels: Int
  ) throws {
    let tape = Tape(.training)
    let plan = Plan(map.sites)
    let features = tape.variable(
      try points(golden, "in_features", map, channels), needsGradient: true)
    let output = try InputLayer(duplicates: duplicates)(features, at: map, plan: plan)
    try golden.expect(
      output.features.value, on: map.sites, equals: "out_features", at: "out_coords")
    tape.backward(
      from: output.features,
      gradient: try golden.tensor("grad_out", at: "out_coords", on: map.sites))
    try expect(
      try #require(features.gradient).array.map(Double.init), equals: "grad_in", of: golden)

    // The output layer, on features of its own.
    let back = Tape(.training)
    let input = try SparseTensor(
      golden.tensor("ol_in_features", at: "out_coords", on: map.sites), plan: plan, tape: back,
      needsGradient: true)
    let result = try OutputLayer()(input, at: map)
    let losers = losingPoints(map, duplicates)
    // SparseConvNet gives zeros to points that lost their place to the first or last one, where
    // every point here has its site's features: those of the winner.
    var winnersOnly = rows(result.value)
    let winners = duplicates == .last ? map.lastPointOfSite : map.firstPointOfSite
    for point in losers {
      #expect(winnersOnly[point] == winnersOnly[Int(winners[Int(map.rowOfPoint[point])])])
      winnersOnly[point] = [Double](repeating: 0, count: channels)
    }
    try expect(Array(winnersOnly.joined()), equals: "ol_out_features", of: golden)
    guard golden.golden.hasDataset("ol_grad_out") else { return }
    // Its gradients leave out the losing points too.
    let gradient = try points(golden, "ol_grad_out", map, channels)
    for point in losers {
      for channel in 0..<channels { gradient[point, channel] = 0 }
    }
    back.backward(from: result, gradient: gradient)
    try golden.expect(
      #require(input.features.gradient), on: map.sites, equals: "ol_grad_in", at: "out_coords")
  }

  /// Points that share a place with the one that counts.
  private func losingPoints(_ map: PointMap, _ duplicates: InputLayer.Duplicates) -> [Int] {
    guard duplicates == .first || duplicates == .last else { return [] }
    let winners = Set(duplicates == .last ? map.lastPointOfSite : map.firstPointOfSite)
    return (0..<map.pointCount).filter { map.rowOfPoint[$0] >= 0 && !winners.contains(Int32($0)) }
  }

  /// A dataset with a row for each point.
  private func points(
    _ golden: GoldenLayerCase, _ dataset: String, _ map: PointMap, _ channels: Int
  ) throws -> Tensor {
    try Tensor(rows: map.pointCount, channels: channels, golden.golden.floats(dataset))
  }

  private func expect(
    _ values: [Double], equals dataset: String, of golden: GoldenLayerCase
  ) throws {
    let difference = try compare(values, with: golden.golden.doubles(dataset))
    #expect(difference.scaledError <= 1e-5, "\(golden.golden.name) \(dataset): \(difference)")
  }

  @Test("sites onto full images", arguments: GoldenLayerCase.names("SparseToDense"))
  func sparseToDense(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let shape = try golden.golden.shape(of: "out_dense")
    let sites = try siteSet(
      golden.golden.sites("in_coords"), batchSize: shape[0], spatialSize: Array(shape.dropFirst(2)))
    let tape = Tape(.training)
    let input = try SparseTensor(
      golden.tensor("in_features", at: "in_coords", on: sites), plan: Plan(sites), tape: tape,
      needsGradient: true)
    let image = try SparseToDense()(input)
    try expect(image.channelFirst().map(Double.init), equals: "out_dense", of: golden)
    let gradient = try DenseTensor(
      channelFirst: golden.golden.floats("grad_out"), channels: shape[1], batchSize: shape[0],
      spatialSize: Array(shape.dropFirst(2)), tape: tape)
    tape.backward(from: image.features, gradient: gradient.features.value)
    try golden.expect(
      #require(input.features.gradient), on: sites, equals: "grad_in", at: "in_coords")
    let filled = try #require(image.channelFirstGradient())
    try expect(filled.map(Double.init), equals: "grad_out", of: golden)
  }

  @Test("full images onto sites", arguments: GoldenLayerCase.names("DenseToSparse"))
  func denseToSparse(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let shape = try golden.golden.shape(of: "in_dense")
    let tape = Tape(.training)
    let image = try DenseTensor(
      channelFirst: golden.golden.floats("in_dense"), channels: shape[1], batchSize: shape[0],
      spatialSize: Array(shape.dropFirst(2)), tape: tape, needsGradient: true)
    let sparse = try DenseToSparse()(image)
    try golden.expect(
      sparse.features.value, on: sparse.sites, equals: "out_features", at: "out_coords")
    // And back again: nothing is lost.
    let again = try SparseToDense()(sparse)
    try expect(again.channelFirst().map(Double.init), equals: "in_dense", of: golden)
  }
}
