import Networks
import Testing
import Training

@testable import CosmicTagger

/// Proves that a run of the first version's network is listed as that version listed its own.
@Suite("The listing of June 2019")
struct SeedListingTests {
  private func lines(
    form: UResNetConfiguration.Form = .dense,
    _ change: (inout DataConfiguration, inout UResNetConfiguration, inout TrainingConfiguration) ->
      Void = { _, _, _ in }
  ) -> [String] {
    var data = DataConfiguration(preset: .seed)
    var network = UResNetConfiguration(preset: .seed, form: form)
    var training = TrainingConfiguration(preset: .seed)
    training.mode = form == .dense ? .dense : .sparse
    change(&data, &network, &training)
    return SeedListing(data, network, training, shape: [640, 1024]).lines
  }

  /// Every field of the first version's command line, with the values of its published listing but for
  /// the paths.
  static let published = """
    -- CONFIG --
     AUX_FILE = None
     AUX_IO_VERBOSITY = 3
     AUX_ITERATION = 10
     AUX_MINIBATCH_SIZE = 1
     BALANCE_LOSS = False
     BATCH_NORM = True
     BLOCK_CONCAT = False
     BOTTLENECK_SIZE = -1
     CHECKPOINT_DIRECTORY = None
     CHECKPOINT_ITERATION = 500
     COMPUTE_MODE = 'CPU'
     CONNECTIONS = 'sum'
     CONNECT_PRE_RES_BLOCKS_DOWN = True
     CONNECT_PRE_RES_BLOCKS_UP = True
     CONV_MODE = '2D'
     DISTRIBUTED = False
     FILE = None
     GROWTH_RATE = 'multiplicative'
     IMAGE_PRODUCER = 'sbndwire'
     INPUT_HALF_PRECISION = False
     INTER_OP_PARALLELISM_THREADS = 2
     INTRA_OP_PARALLELISM_THREADS = 128
     IO_VERBOSITY = 3
     ITERATIONS = 10000
     LABEL_PRODUCER = 'sbnd_cosmicseg'
     LEARNING_RATE = 0.0001
     LOGGING_ITERATION = 1
     LOG_DIRECTORY = 'log'
     LOSS_SCALE = 1.0
     MAX_VOXELS = 35000
     MINIBATCH_SIZE = 1
     MODE = 'train'
     MODEL_HALF_PRECISION = False
     NETWORK_DEPTH = 5
     NPLANES = 3
     N_INITIAL_FILTERS = 12
     OPTIMIZER = 'adam'
     REGULARIZE_WEIGHTS = 0.0001
     RESIDUAL = True
     RES_BLOCKS_DEEPEST_LAYER = 4
     RES_BLOCKS_FINAL = 2
     RES_BLOCKS_PER_LAYER = 2
     SHAPE = [640, 1024]
     SHARE_WEIGHTS = True
     SPARSE = False
     SUMMARY_ITERATION = 1
     TRAINING = True
     USE_BIAS = True
     VERBOSITY = 0
    """.split(separator: "\n").map(String.init)

  @Test("has every field with the value it had")
  func fields() {
    #expect(lines() == Self.published)
    #expect(lines(form: .sparse).filter { !Self.published.contains($0) } == [" SPARSE = True"])
  }

  @Test("follows what is changed, field by field")
  func changes() {
    let changed = lines { data, network, training in
      data.file = "x.h5"
      data.minibatchSize = 4
      data.roundsCharges = true
      data.maxVoxels = nil
      network.bias = false
      network.batchNorm = false
      network.initialFilters = 3
      network.depth = 4
      network.blocksPerLayer = 1
      network.blocksDeepest = 5
      network.blocksFinal = 0
      network.connections = .concat
      network.growth = .additive
      network.residual = false
      network.connectPreDown = false
      network.connectPreUp = false
      network.planes = 2
      network.deepest = .convolved
      training.auxiliaryFile = "y.h5"
      training.auxiliaryIteration = 7
      training.auxiliaryMinibatchSize = 6
      training.checkpointDirectory = "runs"
      training.checkpointIteration = 8
      training.iterations = 9
      training.learningRate = 1e-5
      training.loggingIteration = 2
      training.logDirectory = "logs"
      training.lossScale = 1024
      training.precision = .bfloat16
      training.optimizer = .rmsprop
      training.weightDecay = 0
      training.verbosity = 2
      training.threadLimit = 4
      training.seedBalanceLoss = true
      training.mode = .masked
    }
    let different = changed.filter { !Self.published.contains($0) }
    #expect(
      different
        == """
         AUX_FILE = 'y.h5'
         AUX_ITERATION = 7
         AUX_MINIBATCH_SIZE = 6
         BALANCE_LOSS = True
         BATCH_NORM = False
         CHECKPOINT_DIRECTORY = 'runs'
         CHECKPOINT_ITERATION = 8
         CONNECTIONS = 'concat'
         CONNECT_PRE_RES_BLOCKS_DOWN = False
         CONNECT_PRE_RES_BLOCKS_UP = False
         CONV_MODE = '3D'
         FILE = 'x.h5'
         GROWTH_RATE = 'linear'
         INPUT_HALF_PRECISION = True
         INTRA_OP_PARALLELISM_THREADS = 4
         ITERATIONS = 9
         LEARNING_RATE = 1e-05
         LOGGING_ITERATION = 2
         LOG_DIRECTORY = 'logs'
         LOSS_SCALE = 1024.0
         MAX_VOXELS = None
         MINIBATCH_SIZE = 4
         MODEL_HALF_PRECISION = True
         NETWORK_DEPTH = 4
         NPLANES = 2
         N_INITIAL_FILTERS = 3
         OPTIMIZER = 'rmsprop'
         REGULARIZE_WEIGHTS = 0.0
         RESIDUAL = False
         RES_BLOCKS_DEEPEST_LAYER = 5
         RES_BLOCKS_FINAL = 0
         RES_BLOCKS_PER_LAYER = 1
         USE_BIAS = False
         VERBOSITY = 2
        """.split(separator: "\n").map(String.init))
    #expect(changed.count == Self.published.count)
  }

  @Test("tells of a loss that 2019 did not have by today's name")
  func scheme() {
    let changed = lines { _, _, training in
      training.seedBalanceLoss = nil
      training.balance = .light
    }
    #expect(changed.filter { !Self.published.contains($0) } == [" LOSS_BALANCE_SCHEME = 'light'"])
    #expect(changed.count == Self.published.count)
  }

  @Test("quotes and writes numbers as Python does")
  func python() {
    // Pairs printed by Python 3: repr of the text.
    let texts = [
      ("a b", "'a b'"), ("it's", "\"it's\""), ("\"a\"", "'\"a\"'"), ("'\"", "'\\'\"'"),
      ("a\\b", "'a\\\\b'"), ("", "''"),
    ]
    for (text, expected) in texts {
      #expect(lines { data, _, _ in data.file = text }.contains(" FILE = \(expected)"))
    }
    let numbers: [(Double, String)] = [
      (3e-4, "0.0003"), (1e-4, "0.0001"), (1.25e-4, "0.000125"), (9.9e-5, "9.9e-05"),
      (1e-10, "1e-10"), (0, "0.0"), (1, "1.0"), (0.1, "0.1"), (1e5, "100000.0"), (1e30, "1e+30"),
    ]
    for (number, expected) in numbers {
      #expect(
        lines { _, _, training in training.learningRate = number }
          .contains(" LEARNING_RATE = \(expected)"))
    }
  }

  @Test("is the defaults of its preset, and of no other's")
  func presets() {
    for preset in UResNetConfiguration.Preset.allCases where preset != .seed {
      #expect(DataConfiguration(preset: preset) == DataConfiguration())
      var expected = TrainingConfiguration()
      expected.preset = preset
      #expect(TrainingConfiguration(preset: preset) == expected)
    }
  }
}
