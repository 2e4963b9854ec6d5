import ArgumentParser
import Networks

extension UResNetConfiguration.Preset: ExpressibleByArgument {}
extension UResNetConfiguration.Connections: ExpressibleByArgument {}
extension UResNetConfiguration.Growth: ExpressibleByArgument {}
extension UResNetConfiguration.Deepest: ExpressibleByArgument {}
extension UResNetConfiguration.Downsampling: ExpressibleByArgument {}
extension UResNetConfiguration.PlaneScope: ExpressibleByArgument {}

/// The network: a preset, and every switch that changes it.
///
/// Switches have no defaults of their own; what they are is the preset's, and `train` prints it.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The network to start from.",
      discussion: "The switches below change it; without them all is as in the preset."))
  var preset = UResNetConfiguration.Preset.uresnet

  @Option(help: ArgumentHelp("Channels of the first level.", valueName: "channels"))
  var nInitialFilters: Int?

  @Option(help: ArgumentHelp("Number of downsamplings.", valueName: "levels"))
  var networkDepth: Int?

  @Option(
    name: [.long, .customLong("res-blocks-per-layer")],
    help: ArgumentHelp("Blocks on each level, on the way down and up.", valueName: "blocks"))
  var blocksPerLayer: Int?

  @Option(
    name: [.long, .customLong("res-blocks-deepest-layer")],
    help: ArgumentHelp("Blocks at the bottom.", valueName: "blocks"))
  var blocksDeepestLayer: Int?

  @Option(
    name: [.long, .customLong("res-blocks-final")],
    help: ArgumentHelp("Blocks after the U, at full resolution.", valueName: "blocks"))
  var blocksFinal: Int?

  @Option(help: "Residual blocks, or plain convolutions.")
  var residual: Truth?

  @Option(help: "How skip connections join the upward path.")
  var connections: UResNetConfiguration.Connections?

  @Option(
    name: [.customLong("gr", withSingleDash: true), .long],
    help: "How channels grow from level to level.")
  var growthRate: UResNetConfiguration.Growth?

  @Option(
    name: [.customLong("ub", withSingleDash: true), .long],
    help: "Whether convolutions have biases.")
  var useBias: Truth?

  @Option(
    name: [.customLong("bn", withSingleDash: true), .long],
    help: "Whether convolutions are followed by batch normalisation.")
  var batchNorm: Truth?

  @Option(help: "How images are halved.")
  var downsampling: UResNetConfiguration.Downsampling?

  @Option(
    help: ArgumentHelp(
      "How images are doubled.",
      discussion:
        "nearest takes the nearest coarse value, bilinear (full images only) lies between four; "
        + "interpolation is the one that the original's network of this form has."))
  var upsampling: UpsamplingOption?

  @Option(help: ArgumentHelp("Channels of the blocks at the bottom.", valueName: "channels"))
  var bottleneckDeepest: Int?

  @Option(help: ArgumentHelp("Extent of the filters at the bottom.", valueName: "pixels"))
  var filterSizeDeepest: Int?

  @Option(help: ArgumentHelp("Extent of the first filter.", valueName: "pixels"))
  var initialFilterSize: Int?

  @Option(
    help: ArgumentHelp(
      "What happens at the bottom.",
      discussion:
        "merged: planes become one; stacked: their channels lie side by side, without a "
        + "convolution (full images only); convolved: they stay, and 3×1×1 filters reach across; "
        + "per_plane: they stay apart; none: nothing, as in the original's sparse network of today."
    ))
  var deepest: UResNetConfiguration.Deepest?

  @Option(help: "Keep the planes apart at the bottom: --deepest per_plane.")
  var blockConcat: Truth?

  @Option(help: "Skips leave before (True) or after (False) the blocks on the way down.")
  var connectPreResBlocksDown: Truth?

  @Option(help: "Skips join before (True) or after (False) the blocks on the way up.")
  var connectPreResBlocksUp: Truth?

  @Option(help: "Whether normalisation and activation follow the first convolution.")
  var initialActivation: Truth?

  @Option(help: "Whether they follow the bottom's merge and split.")
  var mergeActivation: Truth?

  @Option(help: "Whether they follow the convolution of joined skips.")
  var joinActivation: Truth?

  @Option(help: "Whether the planes that leave a merged bottom have biases and norms of their own.")
  var splitScope: UResNetConfiguration.PlaneScope?

  @Option(help: ArgumentHelp("Slope of activations for negative values.", valueName: "slope"))
  var leak: Float?

  @Option(
    help: ArgumentHelp(
      "The slope after the sum of residual blocks, where it differs.", valueName: "slope"))
  var leakAfterSum: Float?

  @Option(
    help: ArgumentHelp(
      "The slope after convolutions that halve or double, where it differs.", valueName: "slope"))
  var leakOfScaling: Float?

  @Option(help: "Whether planes are normalised together or each for itself.")
  var normalizationScope: UResNetConfiguration.PlaneScope?

  @Option(help: ArgumentHelp("Added to the variance in normalisation.", valueName: "number"))
  var normalizationEpsilon: Double?

  @Option(
    help: ArgumentHelp("Weight of a batch in the running statistics.", valueName: "number"))
  var normalizationMomentum: Double?

  @OptionGroup(title: "Heads") var heads: HeadOptions

  @OptionGroup(title: "Pixels") var pixels: ModeOptions

  func validate() throws {
    guard deepest == nil || blockConcat == nil else {
      throw ValidationError("--deepest and --block-concat are two ways to say one thing: use one")
    }
  }

  /// Refuses switches of parts that the network of a command has not.
  func check(_ network: UResNetConfiguration) throws {
    let shapesBottom =
      blocksDeepestLayer != nil || bottleneckDeepest != nil || filterSizeDeepest != nil
    guard network.deepest != .none || !shapesBottom else {
      throw ValidationError(
        "--blocks-deepest-layer, --bottleneck-deepest and --filter-size-deepest shape the bottom, "
          + "but --deepest none has none")
    }
    guard network.deepest != .stacked || bottleneckDeepest == nil else {
      throw ValidationError(
        "--bottleneck-deepest is for a bottom with a convolution before it, but --deepest stacked, "
          + "as in --preset seed on full images, has none")
    }
    guard network.batchNorm || normalizationEpsilon == nil && normalizationMomentum == nil else {
      throw ValidationError(
        "--normalization-epsilon and --normalization-momentum need --batch-norm True")
    }
    let movesSkips = connectPreResBlocksDown != nil || connectPreResBlocksUp != nil
    guard network.connections != .none || !movesSkips else {
      throw ValidationError(
        "--connect-pre-res-blocks-down and -up move skips, but --connections none has none")
    }
  }

  /// The preset with all changes.
  var configuration: UResNetConfiguration {
    changed(pixels.configuration(preset), form: pixels.usedForm)
  }

  /// The same for a network that every mode can compute: in sparse form unless another is asked for.
  var comparedConfiguration: UResNetConfiguration {
    let form = pixels.form ?? .sparse
    return changed(
      UResNetConfiguration(preset: preset, form: form, mode: pixels.convMode), form: form)
  }

  private func changed(
    _ start: UResNetConfiguration, form: UResNetConfiguration.Form
  ) -> UResNetConfiguration {
    var network = start
    set(&network.initialFilters, nInitialFilters)
    set(&network.depth, networkDepth)
    set(&network.blocksPerLayer, blocksPerLayer)
    set(&network.blocksDeepest, blocksDeepestLayer)
    set(&network.blocksFinal, blocksFinal)
    set(&network.residual, residual?.value)
    set(&network.connections, connections)
    set(&network.growth, growthRate)
    set(&network.bias, useBias?.value)
    set(&network.batchNorm, batchNorm?.value)
    set(&network.downsampling, downsampling)
    set(
      &network.upsampling, upsampling?.upsampling(form, pixels.usedConvolutionMode(preset)))
    set(&network.bottleneckDeepest, bottleneckDeepest.map { $0 })
    set(&network.filterSizeDeepest, filterSizeDeepest)
    set(&network.initialFilterSize, initialFilterSize)
    set(&network.deepest, deepest)
    if let blockConcat { network.separatePlanes(blockConcat.value) }
    set(&network.connectPreDown, connectPreResBlocksDown?.value)
    set(&network.connectPreUp, connectPreResBlocksUp?.value)
    set(&network.initialActivation, initialActivation?.value)
    set(&network.mergeActivation, mergeActivation?.value)
    set(&network.joinActivation, joinActivation?.value)
    set(&network.splitScope, splitScope)
    set(&network.leak, leak)
    set(&network.leakAfterSum, leakAfterSum.map { $0 })
    set(&network.leakOfScaling, leakOfScaling.map { $0 })
    set(&network.normalizationScope, normalizationScope)
    set(&network.normalizationEpsilon, normalizationEpsilon)
    set(&network.normalizationMomentum, normalizationMomentum)
    heads.apply(to: &network)
    return network
  }
}

extension UResNetConfiguration {
  /// What `--block-concat` means for the bottom of the U.
  fileprivate mutating func separatePlanes(_ areSeparate: Bool) {
    if areSeparate {
      deepest = .perPlane
    } else if deepest == .perPlane {
      deepest = .merged
    }
  }
}
