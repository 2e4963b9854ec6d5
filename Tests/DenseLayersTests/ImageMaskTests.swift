import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

@testable import DenseLayers

/// Proves which pixels a mask says count, before a filter and after it, and that values find their places.
@Suite("Masks of full images")
struct ImageMaskTests {
  private static let size = [3, 5, 4]

  private func sites(_ count: Int, batchSize: Int) throws -> SiteSet {
    var random = SplitMix(seed: UInt64(count))
    // The event in the middle is empty.
    let events = (0..<batchSize).filter { $0 != 1 }
    let places = randomSites(count, events: events, spatialSize: Self.size, random: &random)
    return try siteSet(places, batchSize: batchSize, spatialSize: Self.size)
  }

  @Test(
    "the pixels that are sites count, and each site knows its row", arguments: [0, 1, 40, 10_000])
  func ofSites(count: Int) throws {
    for batchSize in [1, 3] {
      let sites = try sites(count, batchSize: batchSize)
      let (mask, rows) = try ImageMask.of(sites)
      let expected = coordinates(sites).map { site in
        ((site[1] * batchSize + site[0]) * 5 + site[2]) * 4 + site[3]
      }
      #expect(rows.map(Int.init) == expected)
      #expect(mask.activeRows.map(Int.init) == expected.sorted())
      #expect(mask.isActive.count == batchSize * 60)
      #expect(mask.isActive.indices.filter { mask.isActive[$0] } == expected.sorted())
    }
  }

  @Test("a batch of no events has no pixels")
  func noEvents() throws {
    let (mask, rows) = try ImageMask.of(siteSet([], batchSize: 0, spatialSize: Self.size))
    #expect(mask.isActive.isEmpty && mask.activeRows.isEmpty && rows.isEmpty)
  }

  @Test("sites of other axes, or of more pixels than can be counted, are refused")
  func refusals() throws {
    #expect(throws: LayerError.self) {
      try ImageMask.of(siteSet([[0, 1, 1]], batchSize: 1, spatialSize: [2, 2]))
    }
    let large = [3, 1 << 20, 1 << 20]
    let error = #expect(throws: LayerError.self) {
      try ImageMask.of(siteSet([[0, 1, 1, 1]], batchSize: 1, spatialSize: large))
    }
    #expect(error == .denseTooLarge(batchSize: 1, spatialSize: large, channels: 1))
  }

  @Test(
    "after a filter those pixels count whose window has one that does",
    arguments: [
      (FilterCells([1, 2, 2], stride: [1, 2, 2]), [3, 4, 6]),
      (FilterCells([1, 3, 1], stride: [1, 3, 1]), [2, 6, 5]),
      (FilterCells([3, 1, 1]), [3, 2, 3]), (FilterCells([2, 1, 1]), [4, 3, 2]),
      (FilterCells([1, 2, 2], stride: [1, 1, 1]), [2, 3, 4]),
      (FilterCells([2, 3, 2], stride: [1, 2, 1]), [4, 5, 3]),
    ])
  func coarser(filter: FilterCells, size: [Int]) {
    for batchSize in [0, 1, 2] {
      let fine = Extents(batchSize, size)
      let coarse = Extents(batchSize, outputSize(of: size, filter, form: .strided))
      let all = randomCounts(fine, seed: 4)
      for counts in [all, all.map { _ in false }, all.map { _ in true }] {
        let image = DenseImage(events: batchSize, spatialSize: size, channels: 1)
        let expected = coarse.production(image.coarser(fine.oracle(counts), filter))
        let mask = ImageMask(isActive: counts)
        // Asked twice, since what was found is kept.
        for _ in 0..<2 {
          let found = mask.coarser(
            filter: filter.size, stride: filter.stride, to: coarse.size, batchSize: batchSize)
          #expect(found.isActive == expected, "\(filter), \(fine)")
        }
      }
    }
  }

  @Test("values are gathered and put back among zeros, and gradients with them")
  func placing() throws {
    let counts = [true, false, false, true, true]
    let mask = ImageMask(isActive: counts)
    let tape = Tape(.training)
    let features = tape.variable(
      Tensor(rows: 5, channels: 2, (1...10).map { Float($0) }), needsGradient: true)
    let gathered = mask.gathered(features)
    #expect(gathered.value.array == [1, 2, 7, 8, 9, 10])
    let placed = mask.scattered(gathered, rows: 5)
    #expect(placed.value.array == [1, 2, 0, 0, 0, 0, 7, 8, 9, 10])
    #expect(mask.applied(to: features).value.array == placed.value.array)
    tape.backward(
      from: placed, gradient: Tensor(rows: 5, channels: 2, (1...10).map { Float(10 * $0) }))
    #expect(features.gradient?.array == [10, 20, 0, 0, 0, 0, 70, 80, 90, 100])
  }

  @Test("parts of the rows that count are where those of all rows are")
  func parts() {
    let mask = ImageMask(isActive: [true, false, true, true, false, false, true])
    #expect(
      mask.parts([[0..<2, 2..<4], [4..<6], [6..<7]]) == [[0..<1, 1..<3], [3..<3], [3..<4]])
    let none = ImageMask(isActive: [false, false])
    #expect(none.parts([[0..<1], [1..<2]]) == [[0..<0], [0..<0]])
  }

  @Test("masks follow images down and back up")
  func descent() throws {
    let sites = try siteSet([[0, 0, 0, 1], [0, 2, 3, 3]], batchSize: 1, spatialSize: [3, 4, 4])
    let (mask, _) = try ImageMask.of(sites)
    let tape = Tape(.training)
    let input = try DenseImages(
      tape.variable(Tensor(rows: 48, channels: 1)), batchSize: 1, spatialSize: [3, 4, 4],
      mask: mask)
    let down = try ImageMaxPooling(window: [1, 2, 2], stride: [1, 2, 2])(input)
    #expect(down.mask?.activeRows == [0, 11])
    let up = try ImageUnPooling(window: [1, 2, 2], stride: [1, 2, 2])(down)
    #expect(up.mask === mask)
  }
}
