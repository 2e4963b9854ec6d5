import CosmicTagger
import Foundation
import Networks
import Testing

@Suite("The configuration a run leaves behind")
struct ResolvedConfigurationTests {
  /// A run with its three parts.
  struct Run: Sendable {
    var data = DataConfiguration()
    var network = UResNetConfiguration()
    var training = TrainingConfiguration()

    var resolved: ResolvedConfiguration { ResolvedConfiguration(data, network, training) }
  }

  /// What the program's parser is given for a file of a run.
  private func readBack(_ run: Run) throws -> [String] {
    let scratch = try Scratch()
    let path = scratch.file("config.yaml")
    try run.resolved.text.write(toFile: path, atomically: false, encoding: .utf8)
    return Array(try translated(["train", "--config", path]).dropFirst())
  }

  /// The options of a run as arguments; truth values as the command line spells them.
  private func arguments(_ run: Run) -> [String] {
    run.resolved.entries.flatMap { option, value -> [String] in
      let bare = [
        "sparse", "dense", "masked", "no-summary-images", "validate-all", "no-tensorboard",
        "profile", "skip-bad-events", "isolate-reader", "distributed", "balance", "sync-batch-norm",
      ]
      if bare.contains(option) { return value == "true" ? ["--\(option)"] : [] }
      return value.hasPrefix("-") ? ["--\(option)=\(value)"] : ["--\(option)", value]
    }
  }

  private func expectReadBack(_ run: Run, sourceLocation: SourceLocation = #_sourceLocation) throws
  {
    let truths = ["True": "true", "False": "false"]
    let back = try readBack(run).map { truths[$0] ?? $0 }
    #expect(back == arguments(run), sourceLocation: sourceLocation)
    for (option, _) in run.resolved.entries {
      #expect(OptionScope.options(of: "train").contains("--\(option)"), "\(option)")
    }
  }

  @Test(
    "is read back option by option, for every network and mode",
    arguments: UResNetConfiguration.Preset.allCases)
  func networks(_ preset: UResNetConfiguration.Preset) throws {
    for form in UResNetConfiguration.Form.allCases {
      for mode in UResNetConfiguration.ConvolutionMode.allCases {
        for pixels in TrainingConfiguration.Mode.allCases {
          var run = Run()
          run.data = DataConfiguration(preset: preset)
          run.network = UResNetConfiguration(preset: preset, form: form, mode: mode)
          run.training = TrainingConfiguration(preset: preset)
          (run.training.mode, run.training.form) = (pixels, form)
          run.training.convolutionMode = mode
          try expectReadBack(run)
        }
      }
    }
  }

  @Test(
    "keeps names as they are, whatever is in them",
    arguments: [
      "a b", "a: b", "#a", "a #b", "'a'", "\"a\"", "a\\b", "a\nb", "a\tb", "a\r", "\u{1}", "\u{7F}",
      "ä/ß", "null", "~", "Null", "true", "-a", "- a", "---", "{a}", "[a]", "[a, b]x", "a,b", "*a",
      "&a", "!a", "%a", "@a", "`a", "|", ">", "?", ":", " a", "a ", "1e3", "0x10", "\u{2028}",
      "\u{85}", "\u{1F9CA}", "a=b", "run.id=x",
    ])
  func names(_ name: String) throws {
    var run = Run()
    run.data.file = name
    run.data.imageProducer = name
    run.training.logDirectory = name
    run.training.weights = name
    run.training.auxiliaryFile = name
    run.training.checkpointDirectory = name
    try expectReadBack(run)
    #expect(run.resolved.text.split(separator: "\n").count == run.resolved.entries.count)
  }

  @Test("leaves out what another switch makes void, as the command line would refuse it")
  func void() throws {
    var run = Run()
    run.network.deepest = .none
    run.network.connections = .none
    run.network.batchNorm = false
    let options = run.resolved.entries.map(\.option)
    for option in [
      "blocks-deepest-layer", "bottleneck-deepest", "filter-size-deepest", "normalization-epsilon",
      "normalization-momentum", "connect-pre-res-blocks-down", "connect-pre-res-blocks-up",
      "planes", "nplanes", "shape", "max-voxels", "file", "aux-file", "weights", "data-seed",
      "leak-after-sum", "leak-of-scaling",
    ] {
      #expect(!options.contains(option), "\(option)")
    }
    #expect(run.resolved.entries.contains { $0 == ("deepest", "none") })
    #expect(run.resolved.entries.contains { $0 == ("connections", "none") })
    run.network.deepest = .stacked
    #expect(!run.resolved.entries.map(\.option).contains("bottleneck-deepest"))
    try expectReadBack(run)
  }

  /// One change of each thing that can be changed.
  static let changes: [@Sendable (inout Run) -> Void] = [
    { $0.data.file = "x.h5" }, { $0.data.imageProducer = "a" }, { $0.data.labelProducer = "a" },
    { $0.data.axes = .rowColumn }, { $0.data.labelConvention = .neutrinoOne },
    { $0.data.downsample = 3 }, { $0.data.roundsCharges = true }, { $0.data.maxVoxels = 5 },
    { $0.data.shape = [640, 1024] }, { $0.data.planeCount = 3 }, { $0.data.takesLogarithm = true },
    { $0.data.access = .serialAccess }, { $0.data.minibatchSize = 5 }, { $0.data.seed = 5 },
    { $0.training.mode = .dense }, { $0.training.mode = .masked }, { $0.training.preset = .a21 },
    { $0.training.form = .dense }, { $0.training.convolutionMode = .volume },
    { $0.training.iterations = 5 }, { $0.training.learningRate = 0 },
    { $0.training.weightDecay = 0.5 }, { $0.training.optimizer = .sgd },
    { $0.training.ranks.isDistributed = true },
    {
      $0.training.ranks.isDistributed = true
      $0.training.ranks.scaling = .root
    },
    {
      $0.training.ranks.isDistributed = true
      $0.training.ranks.distribution = .scatter
    },
    {
      $0.training.ranks.isDistributed = true
      $0.training.ranks.balancesEvents = true
    },
    {
      $0.training.ranks.isDistributed = true
      $0.training.ranks.sharesStatistics = true
    },
    {
      $0.training.ranks.isDistributed = true
      $0.training.ranks.gradientPrecision = .bfloat16
    },
    { $0.training.balance = .even }, { $0.training.seedBalanceLoss = true },
    { $0.training.averaging = .pooled }, { $0.training.seed = 5 }, { $0.training.threads = 5 },
    { $0.training.convolution = .fused }, { $0.training.precision = .bfloat16 },
    { $0.training.lossScale = 2 }, { $0.training.siteIndex = .bitmap },
    { $0.training.loggingIteration = 5 }, { $0.training.scoredEvents = 5 },
    { $0.training.auxiliaryFile = "y.h5" }, { $0.training.auxiliaryIteration = 5 },
    { $0.training.auxiliaryMinibatchSize = 5 }, { $0.training.verbosity = 2 },
    { $0.training.drawsPicture = false }, { $0.training.logDirectory = "x" },
    { $0.training.checkpointIteration = 5 }, { $0.training.checkpointDirectory = "x" },
    { $0.training.weights = "x" }, { $0.training.schedule.kind = .warmUp },
    { $0.training.schedule.minimum = 1e-6 }, { $0.training.schedule.floor = 1e-6 },
    { $0.training.schedule.decayEpochs = 2 }, { $0.training.schedule.warmUpSteps = 5 },
    { $0.training.clippingNorm = 2 }, { $0.training.accumulation = 2 },
    { $0.training.nonFinite = .skip }, { $0.training.profiles = true },
    { $0.training.writesSummaries = false }, { $0.training.summaryIteration = 5 },
    { $0.network.initialFilters = 3 }, { $0.network.depth = 3 }, { $0.network.blocksPerLayer = 3 },
    { $0.network.blocksDeepest = 3 }, { $0.network.blocksFinal = 3 },
    { $0.network.residual = false }, { $0.network.connections = .sum },
    { $0.network.growth = .multiplicative }, { $0.network.bias = false },
    { $0.network.batchNorm = false }, { $0.network.initialFilterSize = 3 },
    { $0.network.initialActivation = false }, { $0.network.downsampling = .convolutional },
    { $0.network.upsampling = .bilinear }, { $0.network.deepest = .perPlane },
    { $0.network.bottleneckDeepest = 3 }, { $0.network.filterSizeDeepest = 3 },
    { $0.network.mergeActivation = false }, { $0.network.splitScope = .eachPlane },
    { $0.network.joinActivation = false }, { $0.network.connectPreDown = false },
    { $0.network.connectPreUp = false }, { $0.network.leak = 0.1 },
    { $0.network.leakAfterSum = 0.1 }, { $0.network.leakOfScaling = 0.1 },
    { $0.network.normalizationScope = .eachPlane }, { $0.network.normalizationEpsilon = 0.1 },
    { $0.network.normalizationMomentum = 0.1 }, { $0.data.skipsBadEvents = true },
    {
      $0.data.maxVoxels = 9
      $0.data.longEvents = .truncate
    }, { $0.data.augmentation.wireFlip = 0.5 }, { $0.data.augmentation.driftFlip = 0.5 },
    { $0.data.augmentation.chargeScale = 0.1 }, { $0.data.augmentation.wireDropout = 0.1 },
    { $0.data.file = "a.h5,b.h5" },
  ]

  @Test("holds everything that can be changed, and gives it back", arguments: 0..<changes.count)
  func change(_ number: Int) throws {
    var run = Run()
    let before = run.resolved.text
    Self.changes[number](&run)
    #expect(run.resolved.text != before)
    try expectReadBack(run)
  }
}
