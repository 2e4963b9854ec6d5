import ArgumentParser
import CosmicTagger
import Sites
import Tensors
import Training

extension TrainingConfiguration.Balance: ExpressibleByArgument {}
extension TrainingConfiguration.Averaging: ExpressibleByArgument {}
extension ConvolutionAlgorithm: ExpressibleByArgument {}
extension SiteIndexKind: ExpressibleByArgument {}

/// `cosmic-tagger train`.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network and judge it.",
    discussion: """
      Prints a line for each step: the loss, the share of right pixels (all, not background, \
      neutrino), the overlaps with the true cosmic and neutrino pixels, events a second, and where \
      the time went. At the end the network is scored beside predictions that need no network, and \
      a picture of one event is written.

      Train the small network on half-resolution images of a file:
        cosmic-tagger train --sparse --file events.h5 --preset a21 --downsample 1 -mb 1 -i 300 \
      -lr 1e-3 --loss-balance-scheme light
      Train it again, but longer:
        cosmic-tagger train --config log/config.yaml -i 600
      """)

  @OptionGroup(title: "Events") var data: DataOptions

  @OptionGroup(title: "Events") var loading: LoadingOptions

  @OptionGroup(title: "Augmentation") var augmentation: AugmentationOptions

  @Option(
    name: [.customShort("i"), .long], parsing: .unconditional,
    help: ArgumentHelp(
      "Number of steps. (default: 25; 10000 of --preset seed)", valueName: "steps"))
  var iterations: Int?

  @Option(
    help: ArgumentHelp(
      "How pixels are weighted in the loss.",
      discussion:
        "Without it focal. light: background 1, cosmic 1.5, neutrino 10; even: by how rare the class is; "
        + "focal: by how wrong the prediction is."))
  var lossBalanceScheme: TrainingConfiguration.Balance?

  @Option(
    name: [.customLong("bl", withSingleDash: true), .long],
    help: ArgumentHelp(
      "The loss of 2019 instead.",
      discussion: "True: background 0.05, cosmic 0.25, neutrino 1; False: all pixels alike; both "
        + "over all planes together."))
  var balanceLoss: Truth?

  @Option(help: "Average metrics over images, or over all pixels together as in 2019.")
  var metrics = TrainingConfiguration.Averaging.image

  @OptionGroup(title: "Optimisation") var optimisation: OptimisationOptions

  @OptionGroup var threads: ThreadOptions

  @Option(
    help: ArgumentHelp(
      "How convolutions are computed.",
      discussion:
        "fused: sums stay in registers; gather-gemm-scatter: through OpenBLAS; automatic: fused "
        + "wherever a layer makes a multiple of eight channels."))
  var convolution = ConvolutionAlgorithm.automatic

  @Option(
    help: ArgumentHelp(
      "How rulebooks look up neighbouring sites.",
      discussion:
        "A matter of time and memory: rulebooks, and so all results, are the same by any. "
        + "sorted-merge walks lines of sites side by side; bitmap has a bit for every pixel; "
        + "sparsehash is SparseConvNet's way, a hash map asked for every offset of every site, and "
        + "compact-sparsehash its form for little memory; automatic takes the fastest for the "
        + "sites at hand.",
      valueName: "kind"))
  var siteIndex = SiteIndexKind.automatic

  @Option(
    name: [.customLong("li", withSingleDash: true), .long],
    parsing: .unconditional,
    help: ArgumentHelp("Steps from one printed line to the next.", valueName: "steps"))
  var loggingIteration = 1

  @Option(
    name: [.customLong("ld", withSingleDash: true), .long],
    help: ArgumentHelp(
      "Where the configuration (config.yaml), checkpoints and the event picture go.",
      valueName: "folder"))
  var logDirectory = "log"

  @OptionGroup(title: "Validation and summaries") var watching: WatchingOptions

  @OptionGroup(title: "Checkpoints") var checkpoints: CheckpointOptions

  @OptionGroup(title: "Precision") var precision: PrecisionOptions

  @OptionGroup(title: "Several processes") var ranks: RankTrainingOptions

  @OptionGroup(title: "Network") var network: NetworkOptions

  @OptionGroup(title: "Reporting") var reporting: ReportOptions

  func validate() throws {
    try network.check(network.configuration)
    guard lossBalanceScheme == nil || balanceLoss == nil else {
      throw ValidationError(
        "--loss-balance-scheme and --balance-loss are two ways to say one thing: use one of them")
    }
  }

  func run() throws {
    try reportingErrors(distributed: ranks.sharing.run.distributed) {
      group throws(TaggerError) in
      var (data, training) = (data.configuration(of: network.preset), training)
      threads.apply(to: &training, available: group.communicator.processorShare())
      loading.apply(to: &data)
      augmentation.apply(to: &data)
      precision.apply(to: &data, &training)
      network.heads.apply(to: &data, &training)
      try TrainingRun(
        data: data, network: network.configuration, training: training,
        ranks: group, logger: reporting.logger(), stop: StopRequest()
      ).run()
    }
  }

  private var training: TrainingConfiguration {
    var training = TrainingConfiguration(preset: network.preset)
    training.form = network.pixels.usedForm
    training.convolutionMode = network.pixels.usedConvolutionMode(network.preset)
    training.mode = network.pixels.mode
    training.iterations = iterations ?? training.iterations
    optimisation.apply(to: &training)
    training.balance = lossBalanceScheme ?? training.balance
    training.seedBalanceLoss =
      balanceLoss?.value ?? (lossBalanceScheme == nil ? training.seedBalanceLoss : nil)
    training.averaging = metrics
    training.seed = data.seed
    ranks.apply(to: &training)
    training.convolution = convolution
    training.siteIndex = siteIndex
    training.loggingIteration = loggingIteration
    training.verbosity = reporting.verbosity
    watching.apply(to: &training)
    training.logDirectory = logDirectory
    checkpoints.apply(to: &training)
    return training
  }
}
