import Layers
import Reference
import Tensors

@testable import DenseLayers

/// A convolution of full images, along rows and columns or along planes.
struct ConvolutionProblem: DenseProblem {
  let form: ImageConvolution.Form
  let filter: [Int]
  /// What an inverse convolution makes, and what the others read.
  let fine: Extents
  let channels: Int
  let outputs: Int
  let hasBias: Bool
  let isMasked: Bool

  /// - Parameter fine: the larger images.
  init(
    _ form: ImageConvolution.Form, _ filter: [Int], _ fine: Extents, _ channels: Int,
    _ outputs: Int, bias: Bool = true, masked: Bool = false
  ) {
    self.form = form
    self.filter = filter
    self.fine = fine
    self.channels = channels
    self.outputs = outputs
    hasBias = bias
    isMasked = masked
  }

  var description: String {
    "\(form.rawValue) \(filter), \(channels)→\(outputs), \(fine)"
      + (isMasked ? ", masked" : "") + (hasBias ? "" : ", no bias")
  }

  /// Along planes every position has a window; along rows and columns they do not overlap.
  private var stride: [Int] { form == .padded || filter[0] > 1 ? [1, 1, 1] : filter }
  private var cells: FilterCells { FilterCells(filter, stride: stride) }
  private var coarse: Extents {
    Extents(fine.batchSize, outputSize(of: fine.size, cells, form: .strided))
  }
  private var fineCounts: [Bool]? { isMasked ? randomCounts(fine, seed: 5) : nil }
  private var coarseCounts: [Bool]? {
    fineCounts.map {
      let image = DenseImage(events: fine.batchSize, spatialSize: fine.size, channels: 1)
      return coarse.production(image.coarser(fine.oracle($0), cells))
    }
  }

  var input: Extents { form == .inverse ? coarse : fine }
  var counts: [Bool]? { form == .inverse ? coarseCounts : fineCounts }
  var descent: [DenseImages.Step] {
    form == .inverse
      ? [
        DenseImages.Step(
          filter: filter, stride: stride, spatialSize: fine.size,
          mask: fineCounts.map(ImageMask.init))
      ] : []
  }

  func layer() -> any Layer<DenseImages> {
    DenseLayerFactory(random: RandomStream(seed: 1, stream: 0)).convolution(
      form, channels, outputs, filter: filter, stride: stride, bias: hasBias)
  }

  func reference(_ input: DenseImage, _ parameters: [[Double]]) -> DenseImage {
    let weights = shapedWeights(
      parameters[0], offsets: cells.offsets.count, inputChannels: channels,
      outputChannels: outputs)
    let form: ConvolutionForm =
      switch form {
      case .padded: .submanifold
      case .strided: .strided
      case .inverse: .full
      }
    return denseConvolution(
      input, cells, form: form, weights: weights,
      bias: hasBias ? parameters[1] : [Double](repeating: 0, count: outputs)
    ).masked(
      by: self.form == .strided ? coarseCounts.map(coarse.oracle) : fineCounts.map(fine.oracle))
  }
}
