import ArgumentParser
import CosmicTagger

extension DataConfiguration.Axes: ExpressibleByArgument {}
extension DataConfiguration.LabelConvention: ExpressibleByArgument {}
extension DataConfiguration.Access: ExpressibleByArgument {}

/// What is read, for the commands that read events.
struct DataOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp(
      "The larcv3 file with the events.", discussion: "Without it, events are simulated.",
      valueName: "path"))
  var file: String?

  @Option(
    name: [.customLong("mb", withSingleDash: true), .long],
    parsing: .unconditional, help: ArgumentHelp("Events of a batch.", valueName: "events"))
  var minibatchSize = 2

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How often images are halved: charge averaged, labels by their largest value.",
      valueName: "times"))
  var downsample = 0

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
  var access = DataConfiguration.Access.randomBlocks

  @Option(
    help: ArgumentHelp(
      "Seed of the order of events, of simulated events and of the network's weights.",
      valueName: "number"))
  var seed: UInt64 = 0

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

  /// The options as a configuration.
  var configuration: DataConfiguration {
    var data = DataConfiguration()
    data.file = file
    data.minibatchSize = minibatchSize
    data.downsample = downsample
    data.imageProducer = imageProducer
    data.labelProducer = labelProducer
    data.axes = axes
    data.labelConvention = labelConvention
    data.access = access
    data.seed = seed
    return data
  }
}
