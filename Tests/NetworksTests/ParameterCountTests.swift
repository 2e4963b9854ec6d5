import Autodiff
import Layers
import Networks
import Testing

/// Proves the presets' parameter counts from the layer tables of the original, formula by formula.
@Suite("Parameter counts")
struct ParameterCountTests {
  typealias Configuration = Networks.UResNetConfiguration

  private func production(
    _ preset: Configuration.Preset, _ change: (inout Configuration) -> Void = { _ in }
  ) throws -> Int {
    var configuration = Configuration(preset: preset)
    change(&configuration)
    return try UResNet(configuration, over: SparseConvolutions(seed: 1)).parameterCount
  }

  /// What three offsets more, down and up, add at `filters` channels a level.
  private func scalingDifference(filters: Int, depth: Int) -> Int {
    (1...depth).reduce(0) { $0 + 2 * 3 * (filters * $1) * (filters * ($1 + 1)) }
  }

  @Test("a21: 8,510,547 in the original; our split has 336 less, our 2×2 filters 43,008 more")
  func a21() throws {
    var table = TodaysTable()
    table.filters = 8
    table.residual = false
    table.blocksFinal = 0
    table.concat = false
    #expect(table.total == 8_510_547)
    // One bias and one normalisation for all planes, where the original has three of each.
    let split = 2 * 56 + 4 * 56
    #expect(split == 336)
    let scaling = scalingDifference(filters: 8, depth: 6)
    #expect(scaling == 43_008)
    #expect(try production(.a21) == 8_510_547 - split + scaling)
    let pooled = try production(.a21) {
      $0.downsampling = .maxPooling
      $0.upsampling = .interpolation
    }
    #expect(pooled == 8_510_547 - split)
  }

  @Test("uresnet: 18,382,131 in the original; our split has 672 less, our 2×2 filters 172,032 more")
  func uresnet() throws {
    #expect(TodaysTable().total == 18_382_131)
    try expectFormula(TodaysTable(), .uresnet, total: 18_382_131 - (2 * 112 + 4 * 112) + 172_032)
  }

  /// Counts are quadratic in the numbers of filters and of bottleneck channels: six pairs of small
  /// numbers prove a formula for all.
  private func expectFormula(
    _ original: TodaysTable, _ preset: Configuration.Preset, total: Int
  ) throws {
    var table = original
    table.splitPlanes = 1
    table.scalingVolume = 4
    #expect(table.total == total)
    let configuration = Configuration(preset: preset)
    #expect(configuration.initialFilters == table.filters)
    #expect(configuration.bottleneckDeepest == table.bottleneck)
    for (filters, bottleneck) in [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2), (1, 3)] {
      table.filters = filters
      table.bottleneck = bottleneck
      let count = try production(preset) {
        $0.initialFilters = filters
        $0.bottleneckDeepest = bottleneck
      }
      #expect(count == table.total)
    }
  }

  @Test("polaris: 1,926,403 in the original; our split has 768 less, our 2×2 filters 258,048 more")
  func polaris() throws {
    var table = TodaysTable()
    table.depth = 7
    table.residual = false
    table.concat = false
    table.blocksDeepest = 2
    table.blocksFinal = 2
    table.bottleneck = 96
    #expect(table.total == 1_926_403)
    let scaling = scalingDifference(filters: 16, depth: 7)
    #expect(scaling == 258_048)
    #expect(try production(.polaris) == 1_926_403 - (2 * 128 + 4 * 128) + scaling)
  }

  @Test("scc21: 18,367,891 in the original; our split has 2 × 112 less, our filters 172,032 more")
  func scc21() throws {
    var table = TodaysTable()
    table.normalization = 0
    #expect(table.total == 18_367_891)
    try expectFormula(table, .scc21, total: 18_367_891 - 224 + 172_032)
  }

  @Test("uresnet3d: 18,381,459 in the original; our 2×2 filters have 172,032 more")
  func uresnet3d() throws {
    var table = TodaysTable()
    table.splitPlanes = 1
    #expect(table.total == 18_381_459)
    try expectFormula(table, .uresnet3d, total: 18_381_459 + 172_032)
  }

  /// The counts of June 2019's sparse network, whose convolutions have biases only in ours.
  private func seed(filters: Int, bias: Int, normalization: Int = 2) -> Int {
    func convolution(_ volume: Int, _ input: Int, _ output: Int) -> Int {
      volume * input * output + bias * output
    }
    func residual(_ channels: Int) -> Int {
      2 * (convolution(9, channels, channels) + normalization * channels)
    }
    let initial = convolution(9, 1, filters)
    let levels = (0..<5).map { level in
      let (fine, coarse) = (filters << level, filters << (level + 1))
      let down = convolution(4, fine, coarse) + normalization * coarse
      let up = convolution(4, coarse, fine) + normalization * fine
      return 4 * residual(fine) + down + up
    }
    let last = filters << 5
    let merge = convolution(3, last, 3 * last)
    let split = convolution(3, 3 * last, last)
    let bottom = 4 * residual(3 * last)
    let final = 2 * residual(filters)
    let classifier = convolution(1, filters, 3)
    return initial + levels.reduce(0, +) + merge + bottom + split + final + classifier
  }

  @Test("the seed: 102,558,888 without biases in the original, and more with them")
  func seedFormula() {
    #expect(seed(filters: 12, bias: 0) == 102_558_888)
    #expect(seed(filters: 6, bias: 0) == 25_646_436)
    #expect(seed(filters: 12, bias: 0, normalization: 0) == 102_532_176)
    // The biases one by one: first filter, blocks of levels, down, up, merge, bottom, split, end.
    let down = 24 + 48 + 96 + 192 + 384
    let up = 12 + 24 + 48 + 96 + 192
    let biases = 12 + 8 * up + down + up + 1152 + 8 * 1152 + 384 + 4 * 12 + 3
    #expect(seed(filters: 12, bias: 1) == 102_558_888 + biases)
  }

  /// Counts are quadratic in the number of filters, so three numbers of filters prove all.
  @Test("the seed preset follows the formula", arguments: 1...3, [true, false])
  func seedPreset(filters: Int, hasBias: Bool) throws {
    #expect(Configuration(preset: .seed).initialFilters == 12)
    for batchNorm in [true, false] {
      let count = try production(.seed) {
        $0.initialFilters = filters
        $0.bias = hasBias
        $0.batchNorm = batchNorm
      }
      let expected = seed(
        filters: filters, bias: hasBias ? 1 : 0, normalization: batchNorm ? 2 : 0)
      #expect(count == expected)
    }
  }
}
