import Networks
import Tensors
import Testing

@testable import CosmicTagger

@Suite("The listing of the first version")
struct SeedListingTests {
  @Test("every field of its command line with its defaults, as Python prints them")
  func fields() {
    var data = data {
      $0.file = "train.h5"
      $0.minibatchSize = 1
      $0.maxVoxels = 35_000
    }
    data.downsample = 1
    var training = TrainingConfiguration(preset: .seed)
    training.mode = .dense
    training.threads = Threads.available
    training.logDirectory = "./log"
    let listing = SeedListing(
      data, UResNetConfiguration(preset: .seed, form: .dense), training, shape: [640, 1024])
    let expected = """
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
       FILE = 'train.h5'
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
       LOG_DIRECTORY = './log'
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
      """
    #expect(listing.lines == expected.split(separator: "\n").map(String.init))
  }
}
