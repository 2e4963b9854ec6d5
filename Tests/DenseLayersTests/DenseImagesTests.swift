import Autodiff
import DenseLayers
import Layers
import Sites
import Tensors
import TestSites
import Testing

/// Proves what images are made of, and that what makes none is refused.
@Suite("Batches of full images")
struct DenseImagesTests {
  private func images(
    _ rows: Int, channels: Int = 2, batchSize: Int = 1, _ size: [Int], mask: ImageMask? = nil
  ) throws -> DenseImages {
    try DenseImages(
      Tape(.training).variable(Tensor(rows: rows, channels: channels)), batchSize: batchSize,
      spatialSize: size, mask: mask)
  }

  @Test("sizes, of no event too")
  func sizes() throws {
    let input = try images(2 * 30, batchSize: 2, [3, 2, 5])
    #expect(input.rows == 60)
    #expect(input.channels == 2)
    #expect(input.countingValues()?.rows == 60)
    #expect(try images(0, batchSize: 0, [3, 2, 5]).rows == 0)
  }

  @Test(
    "rows of another number, other axes, and impossible extents are refused",
    arguments: [
      (29, 1, [3, 2, 5]), (31, 1, [3, 2, 5]), (6, 1, [3, 2]), (30, 1, [3, 2, 5, 1]), (0, 1, []),
      (0, 1, [3, 0, 5]), (30, 1, [-3, -2, 5]), (30, -1, [3, 2, -5]), (0, 1, [Int.max, 2, 2]),
      (0, Int.max, [1 << 40, 1 << 40, 1]), (0, 2, [1, 1 << 40, 1]),
    ])
  func impossible(rows: Int, batchSize: Int, size: [Int]) throws {
    #expect(throws: LayerError.self) { try images(rows, batchSize: batchSize, size) }
  }

  @Test("a mask of other images is refused", arguments: [[3, 2, 4], [3, 4, 5]])
  func otherMask(size: [Int]) throws {
    let sites = try siteSet([[0, 0, 0, 0]], batchSize: 1, spatialSize: size)
    let (mask, _) = try ImageMask.of(sites)
    #expect(throws: LayerError.self) { try images(30, [3, 2, 5], mask: mask) }
    #expect(try images(size.reduce(1, *), size, mask: mask).countingValues()?.rows == 1)
  }
}
