import Layers
import Reference

@testable import DenseLayers

/// A layer without parameters that changes the size of full images.
struct ScalingProblem: DenseProblem {
  enum Operator: Sendable {
    case maximum, copies, between, stacked, unstacked
  }

  let layerOperator: Operator
  /// Of windows, or how many planes are stacked.
  let window: [Int]
  let fine: Extents
  let channels: Int
  let isMasked: Bool

  /// - Parameter fine: the larger images, or those of more planes.
  init(
    _ layerOperator: Operator, _ window: [Int], _ fine: Extents, _ channels: Int,
    masked: Bool = false
  ) {
    self.layerOperator = layerOperator
    self.window = window
    self.fine = fine
    self.channels = channels
    isMasked = masked
  }

  var description: String {
    "\(layerOperator) \(window), \(channels) channels, \(fine)" + (isMasked ? ", masked" : "")
  }

  /// Stacked planes are one window, of which there is one place.
  private var stride: [Int] { window[0] > 1 ? [1, 1, 1] : window }
  private var cells: FilterCells { FilterCells(window, stride: stride) }
  private var goesBack: Bool { [.copies, .between, .unstacked].contains(layerOperator) }
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

  var input: Extents { goesBack ? coarse : fine }
  var counts: [Bool]? { goesBack ? coarseCounts : fineCounts }
  var descent: [DenseImages.Step] {
    goesBack
      ? [
        DenseImages.Step(
          filter: window, stride: stride, spatialSize: fine.size,
          mask: fineCounts.map(ImageMask.init))
      ] : []
  }

  func layer() -> any Layer<DenseImages> {
    switch layerOperator {
    case .maximum: ImageMaxPooling(window: window, stride: window)
    case .copies: ImageUnPooling(window: window, stride: window)
    case .between: BilinearDoubling()
    case .stacked: StackedPlanes(planes: window[0])
    case .unstacked: UnstackedPlanes(planes: window[0])
    }
  }

  func reference(_ input: DenseImage, _ parameters: [[Double]]) -> DenseImage {
    switch layerOperator {
    case .maximum: denseMaxPooling(input, cells, counts: oracleCounts)
    case .copies:
      denseUnPooling(input, cells, to: fine.size).masked(by: fineCounts.map(fine.oracle))
    case .between: denseBilinearDoubling(input)
    case .stacked: stackedPlanes(input).masked(by: coarseCounts.map(coarse.oracle))
    case .unstacked:
      unstackedPlanes(input, planes: window[0]).masked(by: fineCounts.map(fine.oracle))
    }
  }
}
