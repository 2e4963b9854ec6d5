/// The long options of the commands that read configuration files.
///
/// A new option has its place here, in its command's `@Option`, in `ResolvedConfiguration` and
/// `ConfigurationListing`; one of the original also in `Switch.flags` or `Switch.keys`, and a structural
/// one of the network in `UResNetConfiguration.settings`. `OptionScopeTests`, `SwitchListTests` and
/// `ResolvedConfigurationTests` fail where one is forgotten.
public enum OptionScope {
  private static let events: Set<String> = [
    "--file", "--minibatch-size", "--downsample", "--image-producer", "--label-producer", "--axes",
    "--label-convention", "--access", "--seed", "--data-seed", "--max-voxels", "--shape",
    "--nplanes", "--img-transform",
  ]

  private static let loading: Set<String> = [
    "--on-max-voxels", "--skip-bad-events", "--isolate-reader",
  ]

  private static let augmentation: Set<String> = [
    "--flip-wire", "--flip-drift", "--charge-scale", "--wire-dropout",
  ]

  private static let network: Set<String> = [
    "--preset", "--n-initial-filters", "--network-depth", "--blocks-per-layer",
    "--blocks-deepest-layer", "--blocks-final", "--residual", "--connections", "--growth-rate",
    "--use-bias", "--batch-norm", "--downsampling", "--upsampling", "--bottleneck-deepest",
    "--filter-size-deepest", "--initial-filter-size", "--initial-activation", "--merge-activation",
    "--join-activation", "--deepest", "--block-concat", "--connect-pre-res-blocks-down",
    "--connect-pre-res-blocks-up", "--split-scope", "--leak", "--leak-after-sum",
    "--leak-of-scaling", "--normalization-scope", "--normalization-epsilon",
    "--normalization-momentum", "--sparse", "--dense", "--masked", "--form", "--conv-mode",
  ]

  private static let heads: Set<String> = [
    "--classification", "--classification-detach", "--classification-weight",
    "--classification-n-filters", "--classification-n-layers", "--vertex", "--vertex-detach",
    "--vertex-depth", "--vertex-weight", "--vertex-n-filters", "--vertex-n-layers",
    "--vertex-l-det", "--vertex-l-coord", "--truth-producer",
  ]

  private static let precision: Set<String> = [
    "--precision", "--model-half-precision", "--input-half-precision", "--loss-scale",
  ]

  private static let threads: Set<String> = ["--threads", "--intra-op-parallelism-threads"]

  private static let ranks: Set<String> = [
    "--distributed", "--distribute", "--balance", "--sync-batch-norm", "--gradient-precision",
    "--rank-scaling",
  ]

  private static let training: Set<String> = [
    "--iterations", "--learning-rate", "--optimizer", "--regularize-weights",
    "--loss-balance-scheme", "--balance-loss", "--metrics", "--convolution", "--site-index",
    "--logging-iteration", "--log-directory", "--aux-file", "--aux-iteration",
    "--aux-minibatch-size", "--score-events", "--weights", "--checkpoint-iteration",
    "--checkpoint-directory", "--no-summary-images", "--lr-schedule",
    "--min-learning-rate", "--decay-floor", "--decay-epochs", "--warm-up-steps", "--clip-gradient",
    "--gradient-accumulation", "--on-nonfinite", "--validate-all", "--no-tensorboard",
    "--summary-iteration", "--profile",
  ]

  private static let reporting: Set<String> = ["--quiet", "--log-format", "--verbosity"]

  /// Options without a value.
  static let bare: Set<String> = [
    "--sparse", "--dense", "--masked", "--no-summary-images", "--classification", "--vertex",
    "--validate-all", "--no-tensorboard", "--profile", "--quiet", "--skip-bad-events",
    "--isolate-reader", "--distributed", "--balance", "--sync-batch-norm",
  ]

  /// What a preset decides, so that another one takes its place.
  static let ofPreset = network.subtracting(["--sparse", "--dense", "--masked"])

  /// Whether an option is known to stand alone.
  static func takesNoValue(_ option: String) -> Bool {
    bare.contains(option) || ["-h", "--help"].contains(option)
  }

  /// Every option that a configuration file may name.
  public static let all = events.union(loading).union(augmentation).union(network).union(heads)
    .union(precision).union(threads).union(ranks)
    .union(training).union(reporting)

  private static let inference: Set<String> = [
    "--file", "--minibatch-size", "--downsample", "--image-producer", "--axes",
    "--label-convention", "--max-voxels", "--shape", "--nplanes", "--img-transform", "--sparse",
    "--dense", "--masked", "--precision", "--model-half-precision", "--input-half-precision",
    "--convolution", "--logging-iteration", "--log-directory", "--checkpoint-directory",
    "--isolate-reader", "--distributed",
  ]

  /// Options of a command that are taken from the command line alone: what files say of them is meant
  /// for training.
  static func ofCommandLine(_ command: String) -> Set<String> {
    command == "inference"
      ? ["--iterations", "--start-index", "--weights", "--label-producer", "--output"] : []
  }

  /// The options of a command.
  public static func options(of command: String) -> Set<String> {
    switch command {
    case "train": all
    case "profile":
      events.union(network).union(heads).union(precision).union(threads).union(reporting)
        .union(["--site-index"])
    case "compare": events.union(network).union(heads).union(threads).union(reporting)
    case "iotest":
      events.union(loading).union(reporting)
        .union(["--iterations", "--distributed", "--distribute", "--balance"])
    case "inference": inference.union(threads).union(reporting)
    case "build_net": network.union(heads)
    default: []
    }
  }
}
