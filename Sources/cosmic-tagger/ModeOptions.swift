import ArgumentParser
import CosmicTagger
import Networks

extension UResNetConfiguration.Form: ExpressibleByArgument {}
extension UResNetConfiguration.ConvolutionMode: ExpressibleByArgument {}

/// Which pixels are computed, and which of the original's networks a preset means.
struct ModeOptions: ParsableArguments {
  @Flag(help: "Compute on active sites only.")
  var sparse = false

  @Flag(help: "Compute all pixels of the images, as without --sparse.")
  var dense = false

  @Flag(
    help: ArgumentHelp(
      "Compute all pixels, but keep those that are not active at zero.",
      discussion:
        "Results are those of --sparse, the work is that of --dense: for comparison."))
  var masked = false

  @Option(
    help: ArgumentHelp(
      "Which of the original's networks a preset means.",
      discussion:
        "They differ in more than the pixels they compute: in dense form images are pooled and "
        + "interpolated, and planes normalised apart. (default: dense for dense runs, else sparse)"
    ))
  var form: UResNetConfiguration.Form?

  @Option(
    help: ArgumentHelp(
      "How planes are taken together.",
      discussion:
        "2D: apart, as channels of one image at the bottom; 3D: as an axis that filters of the bottom "
        + "reach along. (default: the preset's)"))
  var convMode: UResNetConfiguration.ConvolutionMode?

  func validate() throws {
    guard !sparse || !dense && !masked else {
      throw ValidationError(
        "--sparse computes active sites only, --dense and --masked all pixels: use one of them")
    }
  }

  /// The mode; dense where nothing is said, as in the original.
  var mode: TrainingConfiguration.Mode { sparse ? .sparse : masked ? .masked : .dense }

  /// A preset's network in the form that is meant.
  func configuration(_ preset: UResNetConfiguration.Preset) -> UResNetConfiguration {
    UResNetConfiguration(preset: preset, form: usedForm, mode: convMode)
  }

  /// The form that is meant: that of the pixels unless another is asked for.
  var usedForm: UResNetConfiguration.Form { form ?? (mode == .dense ? .dense : .sparse) }

  /// How planes are taken together: in a preset's way unless another is asked for.
  func usedConvolutionMode(
    _ preset: UResNetConfiguration.Preset
  ) -> UResNetConfiguration.ConvolutionMode {
    convMode ?? (preset == .uresnet3d ? .volume : .planar)
  }
}
