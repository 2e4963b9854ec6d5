import Networks

/// One small network for every structure the switches allow.
extension NetworkGradientTests {
  /// A small network and what is special about it.
  struct Variant: CustomStringConvertible, Sendable {
    let description: String
    let configuration: Configuration

    init(_ description: String, _ change: (inout Configuration) -> Void) {
      self.description = description
      var configuration = Configuration()
      configuration.initialFilters = 3
      configuration.depth = 2
      configuration.blocksPerLayer = 1
      configuration.blocksDeepest = 1
      configuration.blocksFinal = 1
      configuration.bottleneckDeepest = 5
      configuration.initialFilterSize = 3
      configuration.filterSizeDeepest = 3
      configuration.leak = 0.2
      change(&configuration)
      self.configuration = configuration
    }
  }

  static let variants: [Variant] = [
    Variant("residual, concat, pooling and interpolation, planes merged") { _ in },
    Variant("plain") { $0.residual = false },
    Variant("sum") { $0.connections = .sum },
    Variant("no connections") { $0.connections = .none },
    Variant("plain, sum, multiplicative") {
      $0.residual = false
      $0.connections = .sum
      $0.growth = .multiplicative
    },
    Variant("no normalisation") { $0.batchNorm = false },
    Variant("no normalisation, plain, sum, strided") {
      $0.batchNorm = false
      $0.residual = false
      $0.connections = .sum
      $0.downsampling = .convolutional
      $0.upsampling = .convolutional
    },
    Variant("no bias") { $0.bias = false },
    Variant("neither bias nor normalisation") {
      $0.bias = false
      $0.batchNorm = false
    },
    Variant("strided convolutions") {
      $0.downsampling = .convolutional
      $0.upsampling = .convolutional
    },
    Variant("pooling down, deconvolution up") { $0.upsampling = .convolutional },
    Variant("strided down, interpolation up") { $0.downsampling = .convolutional },
    Variant("planes convolved, taps after the blocks") {
      $0.deepest = .convolved
      $0.connectPreDown = false
      $0.connectPreUp = false
    },
    Variant("planes apart with a bottleneck") { $0.deepest = .perPlane },
    Variant("planes apart without one") {
      $0.deepest = .perPlane
      $0.bottleneckDeepest = nil
    },
    Variant("planes convolved without a bottleneck") {
      $0.deepest = .convolved
      $0.bottleneckDeepest = nil
    },
    Variant("nothing at the bottom") { $0.deepest = .none },
    Variant("planes times channels at the bottom, no activation there") {
      $0.bottleneckDeepest = nil
      $0.mergeActivation = false
    },
    Variant("joins without activation, tap after, join before") {
      $0.joinActivation = false
      $0.connectPreDown = false
    },
    Variant("tap before, join after, sum") {
      $0.connectPreUp = false
      $0.connections = .sum
    },
    Variant("tap after, join after, concat, plain") {
      $0.connectPreDown = false
      $0.connectPreUp = false
      $0.residual = false
    },
    Variant("no activation at first, another leak after sums, filters of 5 and 1") {
      $0.initialActivation = false
      $0.leakAfterSum = 0.5
      $0.initialFilterSize = 5
      $0.filterSizeDeepest = 1
    },
    Variant("no blocks at all, one level") {
      $0.blocksPerLayer = 0
      $0.blocksDeepest = 0
      $0.blocksFinal = 0
      $0.depth = 1
    },
    Variant("two planes, two input channels, four classes, three levels") {
      $0.planes = 2
      $0.inputChannels = 2
      $0.classes = 4
      $0.depth = 3
      $0.blocksPerLayer = 2
    },
    Variant("the seed's structure") {
      $0 = Configuration(preset: .seed)
      $0.initialFilters = 2
      $0.depth = 2
      $0.blocksDeepest = 1
      $0.blocksPerLayer = 1
      $0.blocksFinal = 1
    },
  ]
}
