import Kernels
import Reference
import Tensors
import Testing

/// Proves the kernels of full images against plain loops.
@Suite("Kernels of full images")
struct ImageKernelTests {
  /// Images, rows, columns and a window that covers them: none, a pixel, odd windows, more rows than
  /// one thread takes.
  struct Case: CustomStringConvertible, Sendable {
    let images: Int
    let fine: [Int]
    let window: [Int]

    var description: String { "\(images) of \(fine), window \(window)" }
    var extents: ImageExtents {
      ImageExtents(
        images: images, fine: (fine[0], fine[1]), window: (window[0], window[1]))
    }
    var cells: FilterCells { FilterCells([1] + window, stride: [1] + window) }

    /// The oracle's images of one plane, an event each.
    func image(_ tensor: Tensor, coarse: Bool = false) -> DenseImage {
      let size = coarse ? [0, 1].map { fine[$0] / window[$0] } : fine
      return DenseImage(
        events: images, spatialSize: [1] + size, channels: tensor.channels, values: tensor.doubles)
    }
  }

  static let cases = [
    Case(images: 0, fine: [4, 4], window: [2, 2]), Case(images: 1, fine: [1, 1], window: [1, 1]),
    Case(images: 1, fine: [2, 2], window: [2, 2]), Case(images: 3, fine: [26, 8], window: [2, 2]),
    Case(images: 2, fine: [9, 10], window: [3, 5]), Case(images: 2, fine: [5, 3], window: [1, 3]),
  ]
  static let doubled =
    cases.filter { $0.window == [2, 2] } + [
      Case(images: 2, fine: [2, 10], window: [2, 2]),
      Case(images: 2, fine: [14, 2], window: [2, 2]),
      Case(images: 1, fine: [6, 6], window: [2, 2]),
    ]
  static let widths = [1, 3, 17]

  @Test(
    "maxima and where their gradients go, of all pixels and of some; ties to the lowest place",
    arguments: cases, widths)
  func maxima(_ example: Case, channels: Int) {
    let extents = example.extents
    let input = randomTensor(extents.finePixels, channels, seed: 1)
    // Few different values: many ties, and windows of negative values only.
    for index in 0..<input.count { input.values[index] = (input.values[index] * 3).rounded() - 2 }
    let gradient = randomTensor(extents.coarsePixels, channels, seed: 2)
    var random = SplitMix(seed: 3)
    let chosen = (0..<extents.finePixels).map { _ in random.value() > 0.2 }
    for counts in [nil, chosen, chosen.map { _ in false }] {
      let (values, areSame) = onAllThreadCounts { compute in
        let (output, winners) =
          counts?.withUnsafeBufferPointer {
            compute.maxPool(input, extents, isActive: $0.baseAddress)
          } ?? compute.maxPool(input, extents)
        let backward = compute.maxPoolBackward(gradient, winners: winners, extents)
        return [output.array, backward.array]
      }
      #expect(areSame)
      let expected = denseMaxPooling(example.image(input), example.cells, counts: counts)
      #expect(values[0].map(Double.init) == expected.values)
      #expect(values[1] == routed(gradient, input, example, counts))
    }
  }

  /// Each gradient at the first pixel of its window, in row-major order, that has the largest value.
  private func routed(
    _ gradient: Tensor, _ input: Tensor, _ example: Case, _ counts: [Bool]?
  ) -> [Float] {
    var routed = [Float](repeating: 0, count: input.count)
    let (rows, columns) = (example.fine[0] / example.window[0], example.fine[1] / example.window[1])
    for pixel in 0..<gradient.rows {
      let (image, row, column) = (
        pixel / (rows * columns), pixel / columns % rows, pixel % columns
      )
      for channel in 0..<gradient.channels {
        var winner: Int?
        for offset in 0..<example.window[0] * example.window[1] {
          let fineRow = row * example.window[0] + offset / example.window[1]
          let fineColumn = column * example.window[1] + offset % example.window[1]
          let fine = (image * example.fine[0] + fineRow) * example.fine[1] + fineColumn
          guard counts?[fine] ?? true else { continue }
          if winner.map({ input[fine, channel] > input[$0, channel] }) ?? true { winner = fine }
        }
        if let winner { routed[winner * gradient.channels + channel] = gradient[pixel, channel] }
      }
    }
    return routed
  }

  @Test("values copied to windows, and sums of windows", arguments: cases, widths)
  func copies(_ example: Case, channels: Int) {
    let extents = example.extents
    let coarse = randomTensor(extents.coarsePixels, channels, seed: 4)
    let fine = randomTensor(extents.finePixels, channels, seed: 5)
    let (values, areSame) = onAllThreadCounts { compute in
      [compute.copyToWindows(coarse, extents).array, compute.sumWindows(fine, extents).array]
    }
    #expect(areSame)
    let copied = denseUnPooling(
      example.image(coarse, coarse: true), example.cells, to: [1] + example.fine)
    #expect(values[0].map(Double.init) == copied.values)
    let sums = transposed(fine, onto: coarse) {
      denseUnPooling(example.image($0, coarse: true), example.cells, to: [1] + example.fine)
    }
    #expect(compare(values[1].map(Double.init), with: sums).scaledError < 1e-6)
  }

  @Test("doubling between pixels, and its transposed map", arguments: doubled, widths)
  func doubling(_ example: Case, channels: Int) {
    let extents = example.extents
    let coarse = randomTensor(extents.coarsePixels, channels, seed: 6)
    let fine = randomTensor(extents.finePixels, channels, seed: 7)
    let (values, areSame) = onAllThreadCounts { compute in
      [
        compute.doubleBilinearly(coarse, extents).array,
        compute.doubleBilinearlyBackward(fine, extents).array,
      ]
    }
    #expect(areSame)
    let doubled = denseBilinearDoubling(example.image(coarse, coarse: true))
    #expect(compare(values[0].map(Double.init), with: doubled.values).scaledError < 1e-6)
    let back = transposed(fine, onto: coarse) {
      denseBilinearDoubling(example.image($0, coarse: true))
    }
    #expect(compare(values[1].map(Double.init), with: back).scaledError < 1e-6)
  }

  /// The transposed map of a linear one, unit by unit: channels do not mix, so one stands for all.
  private func transposed(
    _ gradient: Tensor, onto input: Tensor, _ map: (Tensor) -> DenseImage
  ) -> [Double] {
    (0..<input.rows).flatMap { pixel in
      let unit = Tensor(rows: input.rows, channels: 1)
      unit.values[pixel] = 1
      let column = map(unit).values
      return (0..<input.channels).map { channel in
        column.indices.reduce(0) { $0 + column[$1] * Double(gradient[$1, channel]) }
      }
    }
  }
}
