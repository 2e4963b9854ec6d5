import ArgumentParser
import CosmicTagger
import Tensors
import Training

/// `cosmic-tagger inference`.
struct Inference: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Apply a trained network to all events of a file.",
    discussion: """
      Reads the events in order and writes a larcv3 file with the same events: charge and labels as \
      they were, and for every voxel of charge the network's score of each class \
      (PREFIX_score_background, PREFIX_score_cosmic, PREFIX_score_neutrino, which add to one) and the \
      class with the largest (PREFIX_label, in the label convention of the file). Where images are \
      halved, a voxel has the scores of the pixel it became part of. The network, and how its images \
      are read, are told by the checkpoint.

      A run that was interrupted leaves OUTPUT.progress: the same command goes on after the last batch \
      in it, and the output is byte by byte that of a run that was not interrupted. Ctrl-C and SIGTERM \
      end a run after the batch at hand, with code 130 or 143; once more ends it at once. OUTPUT itself \
      is there only when it is complete.

      Label the events of a file, and judge them where the file has labels:
        cosmic-tagger inference --file test.h5 --checkpoint log --output scores.h5 \
      --metrics-file events.csv
      """)

  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp("The larcv3 file with the events.", valueName: "path"))
  var file: String

  @Option(
    name: [.long, .customLong("weights")],
    help: ArgumentHelp(
      "The network: a checkpoint, or the latest of a folder.",
      discussion: "Without it, the latest of --checkpoint-directory or --log-directory.",
      valueName: "path"))
  var checkpoint: String?

  @Option(
    name: [.customLong("cd", withSingleDash: true), .long],
    help: ArgumentHelp("The folder that training left checkpoints in.", valueName: "folder"))
  var checkpointDirectory: String?

  @Option(
    name: [.customLong("ld", withSingleDash: true), .long],
    help: ArgumentHelp("The log directory of that training.", valueName: "folder"))
  var logDirectory: String?

  @Option(
    help: ArgumentHelp(
      "The larcv3 file to write, which the original called --aux-file.", valueName: "path"))
  var output: String

  @Option(help: ArgumentHelp("What the names of written products begin with.", valueName: "name"))
  var prefix = "cosmictagger"

  @Option(
    help: ArgumentHelp(
      "Write the figures of each event to this CSV file.",
      discussion:
        "Entry, run, subrun, event, pixels predicted as neutrino in each plane, and where there are "
        + "labels every figure of each plane.",
      valueName: "path"))
  var metricsFile: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The first event, counted from 0.", valueName: "number"))
  var startIndex = 0

  @Option(
    name: [.customShort("i"), .long], parsing: .unconditional,
    help: ArgumentHelp("Most batches. (default: all events)", valueName: "batches"))
  var iterations: Int?

  @Option(
    name: [.customLong("mb", withSingleDash: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Events of a batch.", valueName: "events"))
  var minibatchSize = 2

  @Option(
    name: [.customLong("li", withSingleDash: true), .long], parsing: .unconditional,
    help: ArgumentHelp("Batches from one printed line to the next.", valueName: "batches"))
  var loggingIteration = 1

  @Flag(help: "Begin anew where an interrupted run could be continued.")
  var restart = false

  @Flag(help: "Compute on active sites only.")
  var sparse = false

  @Flag(help: "Compute all pixels of the images.")
  var dense = false

  @Flag(help: "Compute all pixels, but keep those that are not active at zero.")
  var masked = false

  @OptionGroup var threads: ThreadOptions

  @Option(help: "What convolutions multiply. (default: float32)")
  var precision: Precision?

  @Option(help: "The switch of 2019: True is --precision bfloat16.")
  var modelHalfPrecision: Truth?

  @Option(help: "How convolutions are computed: see train.")
  var convolution = ConvolutionAlgorithm.automatic

  @OptionGroup(title: "Images, where they are not read as in training")
  var images: ImageOverrideOptions

  @OptionGroup var isolation: IsolationOptions

  @OptionGroup var ranks: DistributedOption

  @OptionGroup(title: "Reporting") var reporting: ReportOptions

  func validate() throws {
    guard [sparse, dense, masked].filter({ $0 }).count <= 1 else {
      throw ValidationError(
        "--sparse computes active sites only, --dense and --masked all pixels: use one of them")
    }
    guard checkpoint ?? checkpointDirectory ?? logDirectory != nil else {
      throw ValidationError("there is no network to apply: give one with --checkpoint")
    }
    guard modelHalfPrecision == nil || precision == nil else {
      throw ValidationError(
        "--precision and --model-half-precision are two ways to say one thing: use one of them")
    }
  }

  func run() throws {
    try reportingErrors(distributed: ranks.distributed) { group throws(TaggerError) in
      try InferenceRun(
        inference(processors: group.communicator.processorShare()), ranks: group,
        logger: reporting.logger(), stop: StopRequest()
      ).run()
    }
  }

  private func inference(processors: Int) -> InferenceConfiguration {
    var inference = InferenceConfiguration(
      file: file, checkpoint: checkpoint ?? checkpointDirectory ?? logDirectory ?? "",
      output: output)
    inference.mode = dense ? .dense : masked ? .masked : sparse ? .sparse : nil
    inference.prefix = prefix
    inference.metricsFile = metricsFile
    inference.minibatchSize = minibatchSize
    inference.firstEvent = startIndex
    inference.iterations = iterations
    inference.loggingIteration = loggingIteration
    inference.restarts = restart
    inference.precision = precision ?? (modelHalfPrecision?.value == true ? .bfloat16 : .float32)
    inference.convolution = convolution
    inference.isolatesReader = isolation.isolateReader
    var training = TrainingConfiguration()
    threads.apply(to: &training, available: processors)
    inference.threads = training.threads
    inference.images = images.overrides
    return inference
  }
}

/// What is said of images over what a checkpoint says.
struct ImageOverrideOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("How often images are halved.", valueName: "times"))
  var downsample: Int?

  @Option(help: ArgumentHelp("Producer of the charge images.", valueName: "name"))
  var imageProducer: String?

  @Option(
    help: ArgumentHelp(
      "Producer of the label images, which are then required.", valueName: "name"))
  var labelProducer: String?

  @Option(help: "What the axes of an image are.")
  var axes: DataConfiguration.Axes?

  @Option(help: "What label values mean, those that are written included.")
  var labelConvention: DataConfiguration.LabelConvention?

  @Option(help: "Give the network ln(charge + 1) instead of charges.")
  var imgTransform: Truth?

  @Option(help: "Round the charges that the network reads to bfloat16.")
  var inputHalfPrecision: Truth?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Refuse events that store more voxels than this on a plane.", valueName: "voxels"))
  var maxVoxels: Int?

  @Option(
    help: ArgumentHelp(
      "Refuse images that do not have so many rows and columns, after halving.",
      valueName: "rows columns"))
  var shape: ImageShape?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Refuse events of another number of planes.", valueName: "planes"))
  var nplanes: Int?

  var overrides: ImageOverrides {
    var images = ImageOverrides()
    images.downsample = downsample
    images.imageProducer = imageProducer
    images.labelProducer = labelProducer
    images.axes = axes
    images.labelConvention = labelConvention
    images.takesLogarithm = imgTransform?.value
    images.roundsCharges = inputHalfPrecision?.value
    images.maxVoxels = maxVoxels
    images.shape = shape?.extents
    images.planeCount = nplanes
    return images
  }
}
