import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves which sites criteria and images of values choose.
@Suite("Chosen sites")
struct PruningTests {
  private func input(_ values: [[Double]], _ sites: [[Int]]) throws -> SparseTensor {
    let plan = Plan(try siteSet(sites, batchSize: 3, spatialSize: [9]))
    return try SparseTensor(
      tensor(values, channels: 2), plan: plan, tape: Tape(.inference))
  }

  @Test("by a threshold, by a condition, by the highest of each event")
  func criteria() throws {
    let sites = [[0, 1], [0, 2], [0, 5], [2, 0], [2, 8]]
    let x = try input([[1, 5], [3, 5], [3, 4], [0, .nan], [9, -1]], sites)
    #expect(
      coordinates(try Pruning(.above(1, channel: 0))(x).sites) == [[0, 2], [0, 5], [2, 8]])
    #expect(coordinates(try Pruning(.highest(1, channel: 0))(x).sites) == [[0, 2], [2, 8]])
    #expect(coordinates(try Pruning(.highest(1, channel: 1))(x).sites) == [[0, 1], [2, 8]])
    #expect(try Pruning(.highest(7, channel: 1))(x).sites.count == 5)
    #expect(try Pruning(.highest(-1, channel: 1))(x).sites.count == 0)
    #expect(try Pruning()(x).sites === x.sites)
    let chosen = try Pruning()(x) { $0[0] == 3 && $0[1] > 4 }
    #expect(coordinates(chosen.sites) == [[0, 2]])
    #expect(rows(chosen.features.value) == [[3, 5]])
    let scored = try Pruning()(x, keepingHighest: 2, of: [0, 1, 2, 3, 4])
    #expect(coordinates(scored.sites) == [[0, 2], [0, 5], [2, 0], [2, 8]])
  }

  @Test(
    "positions that differ from a background, by more than a threshold",
    arguments: [0.0, 0.3], [[0.0, 0.0], [0.5, -0.25]])
  func active(threshold: Double, background: [Double]) throws {
    var random = SplitMix(seed: 2)
    var image = random.rows(2 * 12, channels: 2)
    for row in stride(from: 0, to: image.count, by: 2) { image[row] = background }
    let dense = try DenseTensor(
      tensor(image, channels: 2), batchSize: 2, spatialSize: [3, 4], tape: Tape(.inference))
    let sparse = try DenseToSparse(
      background: background.map { Float($0) }, threshold: Float(threshold))(dense)
    let expected = activePositions(
      image, batchSize: 2, spatialSize: [3, 4], background: background,
      threshold: Double(Float(threshold)))
    #expect(coordinates(sparse.sites) == expected)
    #expect(!expected.isEmpty)
    #expect(expected.count <= 12)
  }

  @Test("channels first and last are each other's inverse", arguments: [0, 1, 3], [1, 2, 5])
  func channelOrder(images: Int, channels: Int) throws {
    var random = SplitMix(seed: 4)
    let image = random.rows(images * 9000, channels: channels)
    let tape = Tape(.inference, compute: Compute(threads: Threads(count: 2)))
    let dense = try DenseTensor(
      tensor(image, channels: channels), batchSize: images, spatialSize: [90, 100], tape: tape)
    let values = try dense.channelFirst()
    #expect(values.map(Double.init) == channelsFirst(image, images: images, channels: channels))
    let again = try DenseTensor(
      channelFirst: values, channels: channels, batchSize: images, spatialSize: [90, 100],
      tape: tape)
    #expect(again.features.value.array == dense.features.value.array)
  }
}
