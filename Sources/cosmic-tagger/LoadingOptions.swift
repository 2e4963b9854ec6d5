import ArgumentParser
import CosmicTagger

extension DataConfiguration.LongEvents: ExpressibleByArgument {}

/// What happens to events that are not as they should be.
struct LoadingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What happens to events beyond --max-voxels.",
      discussion:
        "truncate leaves out the voxels beyond it, in stored order as larcv3 does, and tells of how many."
    ))
  var onMaxVoxels = DataConfiguration.LongEvents.refuse

  @Flag(
    help: ArgumentHelp(
      "Leave out events whose data are bad, and tell of each.",
      discussion:
        "Their batch has fewer events. Without it, the first such event ends the run; inspect --check "
        + "lists them all."))
  var skipBadEvents = false

  @OptionGroup var isolation: IsolationOptions

  /// Puts the options into a configuration.
  func apply(to data: inout DataConfiguration) {
    data.longEvents = onMaxVoxels
    data.skipsBadEvents = skipBadEvents
    data.isolatesReader = isolation.isolateReader
  }
}

/// Who reads files.
struct IsolationOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Have another process read the file, for files from strangers.",
      discussion:
        "HDF5 may crash or hang on a file that was made to have it do so: then this is an error that "
        + "names the event. What is read is the same."))
  var isolateReader = false
}

/// How events to train on are changed.
struct AugmentationOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How likely an event's wires are counted from the other end, on all planes.",
      discussion: "Half a turn around the drift: the planes' angles stay what they are.",
      valueName: "probability"))
  var flipWire = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How likely an event's drift times are counted from the other end, on all planes.",
      valueName: "probability"))
  var flipDrift = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Spread of a factor on each event's charges: the standard deviation of its logarithm.",
      valueName: "spread"))
  var chargeScale = 0.0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How likely each wire loses its pixels in an event, as a dead one would.",
      valueName: "probability"))
  var wireDropout = 0.0

  /// Puts the options into a configuration.
  func apply(to data: inout DataConfiguration) {
    data.augmentation.wireFlip = flipWire
    data.augmentation.driftFlip = flipDrift
    data.augmentation.chargeScale = chargeScale
    data.augmentation.wireDropout = wireDropout
  }
}
