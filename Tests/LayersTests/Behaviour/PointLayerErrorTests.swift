import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves that points, images and events which do not fit say so, in one sentence with the numbers.
@Suite("Errors between points, images and events")
struct PointLayerErrorTests {
  private let plan: Plan

  init() throws {
    plan = Plan(
      try siteSet([[0, 1, 2], [0, 3, 0], [1, 0, 0]], batchSize: 2, spatialSize: [4, 6]))
  }

  private func input(channels: Int = 2, plan: Plan? = nil) throws -> SparseTensor {
    let plan = plan ?? self.plan
    return try SparseTensor(
      Tensor(rows: plan.sites.count, channels: channels), plan: plan, tape: Tape(.inference))
  }

  private func map(_ coordinates: [Int32], _ events: [Int32]) throws -> PointMap {
    try PointMap(packing: plan.sites.packing, coordinates: coordinates, events: events)
  }

  @Test("duplicates are refused with their place, event and points")
  func duplicates() throws {
    let map = try map([0, 1, 3, 5, 0, 1, 3, 5], [0, 1, 1, 1])
    let error = #expect(throws: LayerError.self) {
      try InputLayer()(
        Tensor(rows: 4, channels: 1), at: map, plan: Plan(map.sites), tape: Tape(.inference))
    }
    #expect(error == .duplicatePoint(place: [3, 5], event: 1, point: 3, earlier: 1))
    #expect(
      error?.description
        == "points 1 and 3 are both at [3, 5] in event 1: take the first, the last, the sum or the "
        + "mean of such points, or leave one out")
  }

  @Test("features and maps that do not belong together")
  func maps() throws {
    let map = try map([1, 2, 3, 0, 0, 0], [0, 0, 1])
    let tape = Tape(.inference)
    let rows = #expect(throws: LayerError.self) {
      try InputLayer()(Tensor(rows: 2, channels: 1), at: map, plan: plan, tape: tape)
    }
    #expect(rows == .pointRows(layer: "InputLayer reject", rows: 2, points: 3))
    #expect(rows?.description.contains("2 rows of features for 3 points") == true)
    let elsewhere = try self.map([1, 2], [0])
    let sites = #expect(throws: LayerError.self) {
      try InputLayer()(Tensor(rows: 1, channels: 1), at: elsewhere, plan: plan, tape: tape)
    }
    #expect(sites?.description.contains("1 sites of size [4, 6]") == true)
    #expect(throws: LayerError.self) { try OutputLayer()(input(), at: elsewhere) }
    for row: Int32 in [-2, 3, .max, .min] {
      let outside = #expect(throws: LayerError.self) {
        try FeaturesAtPoints()(input(), rows: [0, row])
      }
      #expect(
        outside == .rowOutside(layer: "FeaturesAtPoints", row: Int(row), point: 1, sites: 3))
      #expect(outside?.description.contains("row \(row) for point 1") == true)
    }
  }

  @Test("images larger than memory, or than can be counted")
  func largeImages() throws {
    for size in [[1 << 20, 1 << 15], [1 << 40], [1 << 15, 1 << 15]] {
      let large = Plan(try siteSet([], batchSize: 2, spatialSize: size))
      let error = #expect(throws: LayerError.self) {
        try SparseToDense()(input(channels: 1 << 20, plan: large))
      }
      #expect(error == .denseTooLarge(batchSize: 2, spatialSize: size, channels: 1 << 20))
      #expect(error?.description.contains("2 full images of size \(size)") == true)
      #expect(throws: LayerError.self) {
        try SparseToDense()(SparseTensor(planning: large, channels: 1 << 20))
      }
    }
    #expect(throws: LayerError.self) {
      try DenseTensor(planning: 2, spatialSize: [3], channels: .max)
    }
    #expect(throws: LayerError.self) {
      try DenseTensor(planning: 2, spatialSize: [3], channels: -1)
    }
  }

  @Test("values that make no image, and fills that fit no channels")
  func images() throws {
    let tape = Tape(.inference)
    let error = #expect(throws: LayerError.self) {
      try DenseTensor(
        channelFirst: [1, 2, 3], channels: 2, batchSize: 1, spatialSize: [2], tape: tape)
    }
    #expect(error == .denseValues(found: 3, batchSize: 1, spatialSize: [2], channels: 2))
    #expect(error?.description.hasPrefix("3 values do not make 1 full images") == true)
    #expect(throws: LayerError.self) {
      try DenseTensor(Tensor(rows: 5, channels: 2), batchSize: 2, spatialSize: [2], tape: tape)
    }
    #expect(throws: SiteError.self) {
      try DenseTensor(channelFirst: [], channels: 1, batchSize: 1, spatialSize: [], tape: tape)
    }
    let fills = #expect(throws: LayerError.self) {
      try SparseToDense(fillOfChannels: [1, 2, 3])(input())
    }
    #expect(fills?.description.contains("3 values for inactive positions") == true)
    let image = try SparseToDense()(input())
    #expect(throws: LayerError.self) { try DenseToSparse(background: [])(image) }
  }

  @Test("what follows from values cannot be planned")
  func planning() throws {
    let planned = SparseTensor(planning: plan, channels: 2)
    let image = try SparseToDense()(planned)
    #expect(throws: LayerError.self) { try image.channelFirst() }
    let error = #expect(throws: LayerError.self) { try DenseToSparse()(image) }
    #expect(error?.description.contains("which a planning tape has not") == true)
    for criterion: Pruning.Criterion in [.above(0, channel: 0), .highest(1, channel: 1)] {
      #expect(throws: LayerError.self) { try Pruning(criterion)(planned) }
    }
    #expect(throws: LayerError.self) { try Pruning()(planned) { _ in true } }
    #expect(try Pruning()(planned, keeping: [true, false, true]).sites.count == 2)
  }

  @Test("masks, scores and channels of another number")
  func pruning() throws {
    let mask = #expect(throws: SiteError.self) { try Pruning()(input(), keeping: [true]) }
    #expect(mask == .maskCount(1, sites: 3))
    let scores = #expect(throws: LayerError.self) {
      try Pruning()(input(), keepingHighest: 1, of: [1, 2])
    }
    #expect(scores?.description.contains("2 scores for 3 sites") == true)
    for channel in [-1, 2] {
      let error = #expect(throws: LayerError.self) {
        try Pruning(.above(0, channel: channel))(input())
      }
      #expect(error?.description.contains("channel \(channel), but its input has 2") == true)
    }
  }

  @Test("branches of other images or channels, and rows that are not one an event")
  func branches() throws {
    let other = Plan(try siteSet([[0, 1, 2]], batchSize: 2, spatialSize: [4, 7]))
    #expect(throws: LayerError.self) { try UnionAdd()([]) }
    #expect(throws: LayerError.self) { try UnionAdd()([input(), input(channels: 3)]) }
    let images = #expect(throws: LayerError.self) {
      try UnionAdd()([input(), input(plan: other)])
    }
    #expect(images?.description.contains("[4, 6] and another [4, 7]") == true)
    let events = #expect(throws: LayerError.self) { try Broadcast(.add)(input(), events: input()) }
    #expect(events?.description.contains("one row for each of 2 events") == true)
    let pooled = try GlobalPooling(.sum)(input(channels: 3))
    #expect(throws: LayerError.self) { try Broadcast(.multiply)(input(), events: pooled) }
    #expect(try Broadcast(.join)(input(), events: pooled).channels == 5)
  }
}
