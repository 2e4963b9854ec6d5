import Kernels
import Networks
import Sites
import Tensors
import Training

/// How a run trains.
public struct TrainingConfiguration: Equatable, Sendable {
  /// Which pixels a network computes.
  public enum Mode: String, CaseIterable, Sendable {
    /// The stored ones alone.
    case sparse
    /// All of an image.
    case dense
    /// All of an image, of which those that are not stored are set to zero after every layer and left
    /// out of normalisation: the sparse network's results, the dense one's work.
    case masked
  }

  /// How pixels are weighted in the loss.
  public enum Balance: String, CaseIterable, Sendable {
    /// All alike.
    case none
    /// By fixed factors: background 1, cosmic 1.5, neutrino 10.
    case light
    /// By the inverse frequency of the class in the plane.
    case even
    /// By how wrong the prediction is.
    case focal
  }

  /// How metrics are averaged.
  public enum Averaging: String, CaseIterable, Sendable {
    /// In each image of each plane, then over them: today's definition.
    case image
    /// Over all pixels of all images together: the definition of 2019.
    case pooled
  }

  /// Which pixels are computed.
  public var mode = Mode.sparse
  /// The preset that the network started from.
  public var preset = UResNetConfiguration.Preset.uresnet
  /// The form of that network.
  public var form = UResNetConfiguration.Form.sparse
  /// How that network takes planes together.
  public var convolutionMode = UResNetConfiguration.ConvolutionMode.planar
  /// Number of steps.
  public var iterations = 25
  /// Learning rate.
  public var learningRate = 3e-4
  /// How much of each weight is added to its gradient.
  public var weightDecay = 0.0
  /// Optimizer.
  public var optimizer = OptimizerKind.adam
  /// Weighting of the loss.
  public var balance = Balance.focal
  /// The loss of 2019: fixed weights (background 0.05, cosmic 0.25, neutrino 1) over all planes
  /// together if true, one unweighted mean if false; nothing for today's `balance`.
  public var seedBalanceLoss: Bool?
  /// Averaging of metrics.
  public var averaging = Averaging.image
  /// Seed of the weights.
  public var seed: UInt64 = 0
  /// Threads to compute with.
  public var threads = 1
  /// The most threads that were asked for, as 2019 knew them.
  public var threadLimit = 128
  /// How convolutions are computed.
  public var convolution = ConvolutionAlgorithm.automatic
  /// What convolutions multiply.
  public var precision = Precision.float32
  /// What the losses of heads count.
  public var heads = HeadLosses()
  /// What the loss is multiplied by, and gradients divided by.
  public var lossScale = 1.0
  /// How rulebooks look up sites: a matter of time, never of results.
  public var siteIndex = SiteIndexKind.automatic
  /// More threads than this find no work in the images of a few events.
  public static let mostThreads = 256
  /// Steps between two printed lines.
  public var loggingIteration = 1
  /// Most events that are scored at the end.
  public var scoredEvents = 24
  /// The file of events to validate with, and to score at the end; nothing to score training events.
  public var auxiliaryFile: String?
  /// Steps between two batches of validation.
  public var auxiliaryIteration = 10
  /// Events of such a batch.
  public var auxiliaryMinibatchSize = 2
  /// From 2 on, layers and their sizes are printed.
  public var verbosity = 0
  /// Whether an event is drawn at the end.
  public var drawsPicture = true
  /// Where pictures, configuration and checkpoints go.
  public var logDirectory = "log"
  /// Steps between two checkpoints; one is written at the end in any case.
  public var checkpointIteration = 100
  /// The folder whose `checkpoints` they go to, or nothing for the log directory.
  public var checkpointDirectory: String?
  /// A checkpoint to start from, or a folder of them.
  public var weights: String?

  /// Today's defaults.
  public init() {}

  /// The defaults of a preset: those of June 2019 with the seed's, otherwise today's.
  public init(preset: UResNetConfiguration.Preset) {
    self.preset = preset
    guard preset == .seed else { return }
    iterations = 10_000
    learningRate = 1e-4
    weightDecay = 1e-4
    checkpointIteration = 500
    auxiliaryMinibatchSize = 1
    seedBalanceLoss = false
  }

  /// The learning rate of the steps: the optimizer's own where none above zero is given.
  public var usedLearningRate: Double { learningRate > 0 ? learningRate : optimizer.learningRate }

  /// The loss these switches mean.
  public var loss: SegmentationLoss {
    // Class order: background, cosmic, neutrino.
    if let seedBalanceLoss {
      return SegmentationLoss(
        seedBalanceLoss ? .perClass([0.05, 0.25, 1]) : .none, poolsGroups: true)
    }
    switch balance {
    case .none: return SegmentationLoss(.none)
    case .light: return SegmentationLoss(.perClass([1, 1.5, 10]))
    case .even: return SegmentationLoss(.even)
    case .focal: return SegmentationLoss(.focal)
    }
  }

  /// Checks ranges.
  ///
  /// - Throws: `TaggerError` for wrong usage.
  public func validate() throws(TaggerError) {
    guard iterations >= 1 else {
      throw TaggerError(.usage, "--iterations \(iterations) is not possible: use 1 or more")
    }
    guard learningRate.isFinite else {
      throw TaggerError(
        .usage,
        "--learning-rate \(learningRate) is not possible: use a number, zero for the optimizer's own"
      )
    }
    guard weightDecay >= 0, weightDecay.isFinite else {
      throw TaggerError(
        .usage, "--regularize-weights \(weightDecay) is not possible: use zero or more")
    }
    guard auxiliaryIteration >= 1 else {
      throw TaggerError(
        .usage, "--aux-iteration \(auxiliaryIteration) is not possible: use 1 or more")
    }
    guard (1...65_536).contains(auxiliaryMinibatchSize) else {
      throw TaggerError(
        .usage,
        "--aux-minibatch-size \(auxiliaryMinibatchSize) is not possible: use 1 to 65536 events")
    }
    guard (1...Self.mostThreads).contains(threads) else {
      throw TaggerError(
        .usage, "--threads \(threads) is not possible: use 1 to \(Self.mostThreads)")
    }
    try heads.validate()
    if let problem = InstructionSet.forcedInVain { throw TaggerError(.usage, problem) }
    try validateMode()
    try validatePrecision()
    guard loggingIteration >= 1 else {
      throw TaggerError(
        .usage, "--logging-iteration \(loggingIteration) is not possible: use 1 or more")
    }
    guard checkpointIteration >= 1 else {
      throw TaggerError(
        .usage, "--checkpoint-iteration \(checkpointIteration) is not possible: use 1 or more")
    }
    guard scoredEvents >= 0 else {
      throw TaggerError(.usage, "--score-events \(scoredEvents) is not possible: use 0 or more")
    }
  }

  /// Refuses what only sites have.
  private func validateMode() throws(TaggerError) {
    guard mode != .sparse else { return }
    guard precision == .float32 else {
      throw TaggerError(
        .usage,
        "--precision \(precision.rawValue) is for sparse convolutions: full images are "
          + "computed in float32")
    }
    guard convolution == .automatic, siteIndex == .automatic else {
      throw TaggerError(
        .usage,
        "--convolution and --site-index choose how sparse convolutions are computed: leave "
          + "them out for full images, or add --sparse")
    }
  }

  private func validatePrecision() throws(TaggerError) {
    guard Float(lossScale).isNormal, lossScale > 0 else {
      throw TaggerError(
        .usage, "--loss-scale \(lossScale) is not possible: use 1e-37 to 1e38, such as 1024")
    }
    guard precision == .bfloat16 else { return }
    guard InstructionSet.current.multipliesBFloat16 else {
      throw TaggerError(.usage, InstructionSet.lackingBFloat16)
    }
    guard convolution != .gatherGEMMScatter else {
      throw TaggerError(
        .usage,
        "--convolution \(convolution.rawValue) computes in float32: "
          + "use another, or --precision float32")
    }
  }
}
