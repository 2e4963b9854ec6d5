import Autodiff
import Layers
import Networks
import Testing

/// Proves the ready networks' layers and parameters from the tables of SparseConvNet's
/// `networkArchitectures.py`, formula by formula.
@Suite("Parameter counts of ready networks")
struct ClassicCountTests {
  /// Filters of an image of some axes; normalisation has two values a channel, filters no bias.
  private struct Filters {
    let dimension: Int

    /// A filter of three along every axis.
    func three(_ input: Int, _ output: Int) -> Int { power(3) * input * output }

    func power(_ extent: Int) -> Int { (0..<dimension).reduce(1) { count, _ in count * extent } }

    /// A block of equal channels.
    func block(_ channels: Int, residual: Bool) -> Int {
      (residual ? 2 : 1) * (2 * channels + three(channels, channels))
    }

    /// The block that halves the channels after the joint.
    func narrowing(_ channels: Int, residual: Bool) -> Int {
      let first = 2 * 2 * channels + three(2 * channels, channels)
      let second = 2 * channels + three(channels, channels)
      return residual ? 2 * channels * channels + first + second : first
    }
  }

  private static func backend() -> SparseConvolutions { SparseConvolutions(seed: 1) }

  /// Repetitions and channels of networks of one to four levels.
  static let levels: [(repetitions: Int, channels: [Int])] = [
    (1, [4]), (3, [2]), (1, [3, 5]), (2, [4, 6, 9]), (3, [2, 3, 5, 4]), (1, [16, 32, 48, 64]),
  ]
  static let windows = [
    Downsampling.halving, Downsampling(size: 3, stride: 2), Downsampling(size: 4, stride: 4),
  ]

  @Test("unet and fullyConvolutionalNet", arguments: [1, 2, 3], [false, true])
  func levels(dimension: Int, residual: Bool) {
    let filters = Filters(dimension: dimension)
    for (repetitions, channels) in Self.levels {
      for window in Self.windows {
        let own = channels.reduce(0) { $0 + repetitions * filters.block($1, residual: residual) }
        let passages = zip(channels, channels.dropFirst())
        let down = passages.reduce(0) {
          $0 + 2 * $1.0 + filters.power(window.size) * $1.0 * $1.1
        }
        let up = passages.reduce(0) { sum, passage in
          let (fine, coarse) = passage
          return sum + 2 * coarse + filters.power(window.size) * coarse * fine
            + filters.narrowing(fine, residual: residual)
            + (repetitions - 1) * filters.block(fine, residual: residual)
        }
        let unet = Self.backend().unet(
          dimension: dimension, repetitions: repetitions, channels: channels, residual: residual,
          downsampling: window)
        #expect(unet.parameterCount == own + down + up)
        let fully = Self.backend().fullyConvolutionalNet(
          dimension: dimension, repetitions: repetitions, channels: channels, residual: residual,
          downsampling: window)
        #expect(fully.parameterCount == own + down)
      }
    }
  }

  @Test("the network of SparseConvNet's ScanNet example: 2,689,860")
  func scanNet() {
    let backend = Self.backend()
    let network = Sequential(
      backend.submanifold(3, 16, filter: [3, 3, 3], bias: false),
      backend.unet(dimension: 3, repetitions: 1, channels: (1...7).map { 16 * $0 }),
      backend.normalization(16, epsilon: 1e-4, momentum: 0.01, leak: 0),
      backend.linear(16, 20, bias: true))
    #expect(network.parameterCount == 2_689_860)
  }

  @Test("resNet", arguments: [2, 3])
  func resNet(dimension: Int) {
    let filters = Filters(dimension: dimension)
    let configurations: [[(channels: Int, blocks: Int, stride: Int)]] = [
      [], [(4, 1, 1)], [(3, 2, 1)], [(3, 1, 2)], [(3, 0, 2)],
      [(8, 2, 1), (8, 2, 2), (16, 3, 2), (12, 1, 1)],
    ]
    for stages in configurations {
      var (input, expected) = (3, 0)
      for (channels, blocks, stride) in stages where blocks > 0 {
        let skip =
          stride > 1
          ? filters.three(input, channels) : input == channels ? 0 : input * channels
        expected +=
          2 * input + filters.three(input, channels) + 2 * channels
          + filters.three(channels, channels) + skip
          + (blocks - 1) * filters.block(channels, residual: true)
        input = channels
      }
      let network = Self.backend().resNet(
        dimension: dimension, inputChannels: 3,
        stages: stages.map {
          ResNetStage(channels: $0.channels, blocks: $0.blocks, stride: $0.stride)
        })
      #expect(network.parameterCount == expected + 2 * input)
    }
  }

  @Test("vgg, with up to three excursions", arguments: [2, 3])
  func vgg(dimension: Int) {
    let filters = Filters(dimension: dimension)
    // Down once: one filter that changes channels and two that do not, two normalisations; every
    // further halving has four of both more.
    func convolution(_ input: Int, _ outputs: [Int]) -> Int {
      outputs.enumerated().reduce(2 * outputs.reduce(0, +)) { sum, branch in
        let (halvings, channels) = branch
        let pairs = halvings == 0 ? 0 : 4 * halvings - 2
        return sum + filters.three(input, channels)
          + pairs * (filters.three(channels, channels) + 2 * channels)
      }
    }
    let pooling = VGGStage.maxPooling(Downsampling(size: 3, stride: 2))
    let configurations: [([VGGStage], Int)] = [
      ([], 0), ([pooling], 0),
      ([.convolution([5]), .convolution([4])], convolution(2, [5]) + convolution(5, [4])),
      ([.strided(6)], filters.three(2, 6) + 2 * 6),
      (
        [.convolution([4, 3]), pooling, .strided(5), .convolution([6])],
        convolution(2, [4, 3]) + filters.three(7, 5) + 2 * 5 + convolution(5, [6])
      ),
      (
        [.convolution([4, 3, 2]), .convolution([2, 3, 4, 5])],
        convolution(2, [4, 3, 2]) + convolution(9, [2, 3, 4, 5])
      ),
    ]
    for (stages, expected) in configurations {
      let network = Self.backend().vgg(dimension: dimension, inputChannels: 2, stages: stages)
      #expect(network.parameterCount == expected)
    }
  }
}
