import Layers
import Networks
import Testing

/// Proves that the presets' dense networks have the original's parameters, to the last one.
@Suite("Parameter counts of dense networks")
struct DenseParameterCountTests {
  typealias Configuration = Networks.UResNetConfiguration

  private func production(
    _ preset: Configuration.Preset, mode: Configuration.ConvolutionMode? = nil,
    _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> Int {
    var configuration = Configuration(preset: preset, form: .dense, mode: mode)
    change(&configuration)
    return try UResNet(configuration, over: DenseConvolutions(seed: 1)).parameterCount
  }

  @Test(
    "today's presets have the numbers that PyTorch counts",
    arguments: [
      (Configuration.Preset.a21, 8_510_547), (.uresnet, 18_382_131), (.polaris, 1_926_403),
      (.scc21, 18_367_891), (.uresnet3d, 18_381_459),
    ])
  func today(preset: Configuration.Preset, total: Int) throws {
    #expect(try production(preset) == total)
  }

  @Test("uresnet in three dimensions is uresnet3d, which is seven levels deep elsewhere")
  func threeDimensions() throws {
    #expect(try production(.uresnet, mode: .volume) == 18_381_459)
    #expect(try production(.uresnet3d) { $0.depth = 7 } == 19_366_755)
  }

  @Test("today's tables, level by level, at other numbers of filters", arguments: 1...3)
  func tables(filters: Int) throws {
    for preset in [Configuration.Preset.uresnet, .scc21, .uresnet3d] {
      var table = TodaysTable()
      table.filters = filters
      table.bottleneck = 5
      table.normalization = preset == .scc21 ? 0 : 2
      table.splitPlanes = preset == .uresnet3d ? 1 : 3
      let count = try production(preset) {
        $0.initialFilters = filters
        $0.bottleneckDeepest = 5
      }
      #expect(count == table.total, "\(preset)")
    }
  }

  /// The dense network of June 2019, from the formulas of its modules.
  struct SeedTable: Sendable {
    var filters = 12
    var depth = 5
    var isResidual = true
    var isMultiplicative = true
    var bias = 1
    var normalization = 2
    var joins = false
    var keepsPlanes = false

    func channels(_ level: Int) -> Int {
      isMultiplicative ? filters << level : filters * (level + 1)
    }

    func convolution(_ volume: Int, _ input: Int, _ output: Int) -> Int {
      volume * input * output + bias * output
    }

    func series(_ count: Int, _ channels: Int) -> Int {
      count * (isResidual ? 2 : 1)
        * (convolution(9, channels, channels) + normalization * channels)
    }

    var total: Int {
      let levels = (0..<depth).map { level in
        let (fine, coarse) = (channels(level), channels(level + 1))
        let down = convolution(4, fine, coarse) + normalization * coarse
        let up = convolution(4, coarse, fine) + normalization * fine
        return 2 * series(2, fine) + down + up + (joins ? convolution(1, 2 * fine, fine) : 0)
      }
      let bottom = series(4, (keepsPlanes ? 1 : 3) * channels(depth))
      return convolution(9, 1, filters) + levels.reduce(0, +) + bottom + series(2, filters)
        + convolution(1, filters, 3)
    }

    /// The production network of the same structure.
    func apply(to configuration: inout Configuration) {
      configuration.initialFilters = filters
      configuration.depth = depth
      configuration.residual = isResidual
      configuration.growth = isMultiplicative ? .multiplicative : .additive
      configuration.bias = bias == 1
      configuration.batchNorm = normalization == 2
      configuration.connections = joins ? .concat : .sum
      if keepsPlanes { configuration.deepest = .perPlane }
    }
  }

  /// What is changed in the network, and its parameters in the original.
  static let variants: [(change: @Sendable (inout SeedTable) -> Void, total: Int)] = [
    ({ _ in }, 99_918_051),
    ({ $0.normalization = 0 }, 99_891_339),
    ({ $0.bias = 0 }, 99_904_680),
    (
      {
        $0.bias = 0
        $0.normalization = 0
      }, 99_877_968
    ),
    ({ $0.isMultiplicative = false }, 4_026_363),
    ({ $0.joins = true }, 100_016_631),
    ({ $0.keepsPlanes = true }, 14_964_963),
    ({ $0.isResidual = false }, 50_353_611),
    ({ $0.filters = 6 }, 24_989_571),
    ({ $0.depth = 6 }, 399_588_963),
  ]

  /// Counts are quadratic in the number of filters, so three numbers of filters prove all.
  @Test("the seed has 99,918,051, and every switch the original's difference", arguments: 0..<10)
  func seed(number: Int) throws {
    let variant = Self.variants[number]
    var table = SeedTable()
    variant.change(&table)
    #expect(table.total == variant.total)
    #expect(Configuration(preset: .seed, form: .dense).initialFilters == 12)
    for filters in 1...3 {
      table.filters = filters
      #expect(try production(.seed) { table.apply(to: &$0) } == table.total, "\(table)")
    }
    if variant.total < 5_000_000 {
      table.filters = 12
      #expect(try production(.seed) { table.apply(to: &$0) } == variant.total)
    }
  }
}
