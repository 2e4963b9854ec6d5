import ArgumentParser
import CosmicTagger
import Networks

extension DataConfiguration.Axes: ExpressibleByArgument {}
extension DataConfiguration.LabelConvention: ExpressibleByArgument {}
extension DataConfiguration.Access: ExpressibleByArgument {}

/// What is read, for the commands that read events.
struct DataOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp(
      "The larcv3 file with the events.",
      discussion:
        "Several with commas between them, a.h5,b.h5, are read as one. Without it, events are simulated.",
      valueName: "path"))
  var file: String?

  @Option(
    name: [.customLong("mb", withSingleDash: true), .long],
    parsing: .unconditional,
    help: ArgumentHelp("Events of a batch. (default: 2; 1 of --preset seed)", valueName: "events"))
  var minibatchSize: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How often images are halved: charge averaged, labels by their largest value. (default: 0; "
        + "1 of --preset seed)",
      valueName: "times"))
  var downsample: Int?

  @Option(help: ArgumentHelp("Producer of the charge images.", valueName: "name"))
  var imageProducer = "sbndwire"

  @Option(help: ArgumentHelp("Producer of the label images.", valueName: "name"))
  var labelProducer = "sbnd_cosmicseg"

  @Option(
    help: ArgumentHelp(
      "What the axes of an image are.",
      discussion: "auto takes the longer axis for wires, as in all files so far."))
  var axes = DataConfiguration.Axes.automatic

  @Option(help: "What label values mean; the second form is that of files from 2019.")
  var labelConvention = DataConfiguration.LabelConvention.cosmicOne

  @Option(help: "The order in which events are read.")
  var access = DataConfiguration().access

  @Option(
    help: ArgumentHelp(
      "Seed of the order of events, of simulated events and of the network's weights.",
      valueName: "number"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Seed of the order of events and of simulated ones, where it is not --seed.",
      valueName: "number"))
  var dataSeed: UInt64?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Voxels that an event may store on a plane; those with more are refused. (35000 of --preset seed)",
      valueName: "voxels"))
  var maxVoxels: Int?

  @Option(
    help: ArgumentHelp(
      "Refuse images that do not have so many rows and columns, after --downsample.",
      discussion: "Two numbers, drift first: --shape 640 1024.", valueName: "rows columns"))
  var shape: ImageShape?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Refuse events of another number of planes.", valueName: "planes"))
  var nplanes: Int?

  @Option(help: "Give the network ln(charge + 1) instead of charges. (default: False)")
  var imgTransform: Truth?

  func validate() throws {
    guard file == nil else { return }
    let ofFiles = DataConfiguration()
    let isDefault = [
      "--axes": axes == ofFiles.axes,
      "--label-convention": labelConvention == ofFiles.labelConvention,
      "--image-producer": imageProducer == ofFiles.imageProducer,
      "--label-producer": labelProducer == ofFiles.labelProducer,
    ]
    if let option = isDefault.filter({ !$0.value }).keys.min() {
      throw ValidationError("\(option) describes the images of a file: give one with --file")
    }
  }

  /// The options as a configuration, with the defaults of a preset where nothing is said.
  func configuration(of preset: UResNetConfiguration.Preset = .uresnet) -> DataConfiguration {
    var data = DataConfiguration(preset: preset)
    data.file = file
    data.minibatchSize = minibatchSize ?? data.minibatchSize
    data.downsample = downsample ?? data.downsample
    data.imageProducer = imageProducer
    data.labelProducer = labelProducer
    data.axes = axes
    data.labelConvention = labelConvention
    data.access = access
    data.seed = dataSeed ?? seed
    data.maxVoxels = maxVoxels ?? data.maxVoxels
    data.shape = shape?.extents
    data.planeCount = nplanes
    data.takesLogarithm = imgTransform?.value ?? false
    return data
  }
}

/// Rows and columns, as `640,1024` or `640x1024`.
struct ImageShape: ExpressibleByArgument {
  let extents: [Int]

  init?(argument: String) {
    let parts = argument.split { ",x× ".contains($0) }.map { Int($0) }
    guard parts.count == 2, let rows = parts[0], let columns = parts[1] else { return nil }
    extents = [rows, columns]
  }
}
