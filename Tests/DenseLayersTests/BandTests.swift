import Layers
import Reference
import Testing

@testable import DenseLayers

/// Proves that images which are convolved band by band are convolved as a whole, whoever computes which
/// band.
@Suite("Bands of large images")
struct BandTests {
  /// Three bands of each image at least.
  static let problems: [ConvolutionProblem] = [
    ConvolutionProblem(.padded, [1, 3, 3], Extents(1, [1, 50, 384]), 8, 8),
    ConvolutionProblem(.padded, [1, 5, 3], Extents(1, [1, 61, 640]), 2, 6),
    ConvolutionProblem(.padded, [1, 4, 1], Extents(1, [1, 53, 700]), 3, 5),
    ConvolutionProblem(.strided, [1, 2, 2], Extents(1, [1, 78, 384]), 8, 8),
    ConvolutionProblem(.inverse, [1, 2, 2], Extents(1, [1, 78, 384]), 8, 8),
    ConvolutionProblem(.strided, [1, 3, 2], Extents(1, [1, 93, 768]), 3, 7),
    ConvolutionProblem(.inverse, [1, 3, 2], Extents(1, [1, 93, 768]), 7, 3),
  ]

  private func geometry(_ problem: ConvolutionProblem) -> ImageConvolutionGeometry {
    let isInverse = problem.form == .inverse
    let filter = Array(problem.filter.dropFirst())
    return ImageConvolutionGeometry(
      inputChannels: isInverse ? problem.outputs : problem.channels,
      inputRows: problem.fine.size[1], inputColumns: problem.fine.size[2],
      outputChannels: isInverse ? problem.channels : problem.outputs, filter: filter,
      stride: problem.form == .padded ? [1, 1] : filter, isPadded: problem.form == .padded)
  }

  @Test("outputs, and gradients by central differences", arguments: problems)
  func oracle(_ problem: ConvolutionProblem) throws {
    #expect(geometry(problem).outputBands().count >= 3)
    #expect(geometry(problem).inputBands().count >= 3)
    let outcome = try DenseOutcome(problem)
    let difference = outcome.comparison()
    #expect(difference.scaledError < 1e-6, "\(difference)")
    // Sums of a weight's gradient are as long as the image.
    let errors = outcome.check.errors(components: 5)
    #expect(errors.allSatisfy { $0 < 5e-6 }, "\(errors)")
  }

  @Test("the same bits on one, two and three threads", arguments: problems)
  func threads(_ problem: ConvolutionProblem) throws {
    // More bands than there are pieces that a weight's gradient is summed in.
    let many = ConvolutionProblem(
      problem.form, problem.filter, Extents(3, [2] + problem.fine.size.dropFirst()),
      problem.channels, problem.outputs)
    let single = try DenseOutcome(many, threads: 1).bits
    for threads in [2, 3] {
      #expect(try DenseOutcome(many, threads: threads).bits == single, "\(threads) threads")
    }
  }

  @Test("small images have the same bits too", arguments: ImageConvolutionTests.problems)
  func smallImages(_ problem: ConvolutionProblem) throws {
    let single = try DenseOutcome(problem, threads: 1).bits
    #expect(try DenseOutcome(problem, threads: 2).bits == single)
    #expect(try DenseOutcome(problem, threads: 3).bits == single)
  }

  /// Images so wide that their bands are as short as the filter lets them be.
  private static let geometries: [ImageConvolutionGeometry] = (1...8).flatMap { filter in
    [1, 2, 3, 7, 8, 9, 30, 71].flatMap { rows in
      [true, false].map { isPadded in
        ImageConvolutionGeometry(
          inputChannels: 64, inputRows: isPadded ? rows : rows * filter, inputColumns: 1 << 16,
          outputChannels: 64, filter: [filter, 1], stride: [isPadded ? 1 : filter, 1],
          isPadded: isPadded)
      }
    }
  }

  @Test("bands make every row once, and read all that those rows are made of")
  func bands() {
    #expect(Self.geometries.contains { $0.outputBands().count > 16 })
    for geometry in Self.geometries {
      let (outputs, inputs) = (geometry.outputBands(), geometry.inputBands())
      #expect(outputs.flatMap { Array($0.outputRows) } == Array(0..<geometry.outputRows))
      #expect(inputs.flatMap { Array($0.inputRows) } == Array(0..<geometry.inputRows))
      for band in outputs + inputs { expectConsistent(band, geometry) }
      for (output, input) in pairs(geometry) {
        #expect(
          outputs.allSatisfy { !$0.outputRows.contains(output) || $0.inputRows.contains(input) })
        #expect(
          inputs.allSatisfy { !$0.inputRows.contains(input) || $0.outputRows.contains(output) })
      }
    }
  }

  /// Rows of the output, and rows of the input in their windows.
  private func pairs(_ geometry: ImageConvolutionGeometry) -> [(output: Int, input: Int)] {
    let padding = geometry.isPadded ? geometry.filter[0] / 2 : 0
    return (0..<geometry.outputRows).flatMap { output in
      (0..<geometry.filter[0]).map { (output, output * geometry.stride[0] - padding + $0) }
    }.filter { (0..<geometry.inputRows).contains($0.1) }
  }

  /// Within a band, with its padding, windows lie where they lie in the image, and no row is left over.
  private func expectConsistent(
    _ band: ImageConvolutionGeometry.Band, _ geometry: ImageConvolutionGeometry
  ) {
    let padding = geometry.isPadded ? geometry.filter[0] / 2 : 0
    #expect(band.paddingTop >= 0 && band.paddingBottom >= 0, "\(band) of \(geometry)")
    #expect(
      band.outputRows.lowerBound * geometry.stride[0] - padding
        == band.inputRows.lowerBound - band.paddingTop, "\(band) of \(geometry)")
    #expect(
      (band.outputRows.count - 1) * geometry.stride[0] + geometry.filter[0]
        == band.paddingTop + band.inputRows.count + band.paddingBottom, "\(band) of \(geometry)")
  }
}
