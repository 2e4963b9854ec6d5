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

  /// What is done where a loss or a gradient is not finite.
  public enum NonFinite: String, CaseIterable, Sendable {
    /// The run ends; what it had is kept.
    case stop
    /// The step is left out.
    case skip
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
  /// The largest learning rate.
  public var learningRate = 3e-4
  /// How it changes from step to step.
  public var schedule = ScheduleConfiguration()
  /// How much of each weight is added to its gradient, or taken from it with optimizers that do so.
  public var weightDecay = 0.0
  /// The norm of all gradients beyond which they are made smaller; nothing for no limit.
  public var clippingNorm: Double?
  /// Batches whose gradients a step takes the mean of.
  public var accumulation = 1
  /// What is done where a loss or a gradient is not finite.
  public var nonFinite = NonFinite.stop
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
  /// How several processes share the work.
  public var ranks = RankConfiguration()
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
  /// Whether all events of that file are validated with before each checkpoint.
  public var validatesAll = false
  /// Whether TensorBoard's files are written.
  public var writesSummaries = true
  /// Steps between two of their entries.
  public var summaryIteration = 1
  /// Whether each step's times are written as a table and as a trace.
  public var profiles = false
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

  /// What becomes of gradients.
  public var gradients: GradientTreatment {
    GradientTreatment(
      lossScale: lossScale, clippingNorm: clippingNorm,
      weightDecay: optimizer.decaysWeights ? 0 : weightDecay)
  }

  /// The learning rate of every step.
  ///
  /// - Parameter epoch: batches in which each event is seen once.
  public func schedule(epoch: Int) -> LearningRateSchedule {
    schedule.schedule(
      peak: usedLearningRate, steps: iterations,
      epoch: max(1, (epoch + accumulation - 1) / accumulation))
  }

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
}
