import ArgumentParser
import CosmicTagger

/// Which pixels a shown network computes.
private enum ShownPixels: String, EnumerableFlag {
  case sparse, dense, masked

  static func help(for value: Self) -> ArgumentHelp? {
    switch value {
    case .sparse: "Let the network compute active sites only: the default, where it can."
    case .dense: "Let it compute all pixels of the images."
    case .masked: "Let it compute all pixels, but keep those that are not active at zero."
    }
  }

  var mode: TrainingConfiguration.Mode {
    switch self {
    case .sparse: .sparse
    case .dense: .dense
    case .masked: .masked
    }
  }
}

/// `cosmic-tagger show`.
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draw one event, and what a network makes of it.",
    discussion: """
      A row of panels for each wire plane: charge, truth, and with --checkpoint what the network \
      predicts and where it errs. Errors are bright, in the colour of which class was taken for which; \
      what is right is dark. Below each plane the part around the true neutrino interaction is \
      magnified; a box shows where it lies. Wires run to the right, drift time upwards.

      A name that ends in .html gives a page for a browser, of one file, in which panels are \
      magnified under the mouse, with the figures of each plane.

      How images were halved and read is taken from the checkpoint; options say otherwise.

      Examples:
        cosmic-tagger show --file events.h5 --entry 3
        cosmic-tagger show --file events.h5 --entry 3 --checkpoint log -o event.html
        cosmic-tagger show --entry 7          (the simulated event that training sees as number 7)
      """)

  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp(
      "The larcv3 file with the event.", discussion: "Without it, the event is simulated.",
      valueName: "path"))
  var file: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("The event's entry in the file, from 0.", valueName: "number"))
  var entry = 0

  @Option(
    help: ArgumentHelp(
      "A trained network: a checkpoint, or the latest of a folder that training wrote.",
      valueName: "path"))
  var checkpoint: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The file to write, a .png or .html. (default: event-<number>.png)", valueName: "path"))
  var output: String?

  @Option(help: ArgumentHelp("Seed of simulated events.", valueName: "number"))
  var seed: UInt64?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How often images are halved. (default: as in training; 0 without a checkpoint)",
      valueName: "times"))
  var downsample: Int?

  @Option(help: ArgumentHelp("Producer of the charge images.", valueName: "name"))
  var imageProducer: String?

  @Option(help: ArgumentHelp("Producer of the label images.", valueName: "name"))
  var labelProducer: String?

  @Option(help: "What the axes of an image are; see train.")
  var axes: DataConfiguration.Axes?

  @Option(help: "What label values mean; see train.")
  var labelConvention: DataConfiguration.LabelConvention?

  @Flag(exclusivity: .exclusive)
  private var pixels: ShownPixels?

  @OptionGroup var threads: ThreadOptions

  @OptionGroup(title: "Reporting") var reporting: ReportOptions

  func validate() throws {
    guard file == nil else {
      guard seed == nil else {
        throw ValidationError("--seed is of simulated events: leave it out, or leave out --file")
      }
      return
    }
    let ofFiles = [
      "--axes": axes != nil, "--label-convention": labelConvention != nil,
      "--image-producer": imageProducer != nil, "--label-producer": labelProducer != nil,
    ]
    if let option = ofFiles.filter(\.value).keys.min() {
      throw ValidationError("\(option) describes the images of a file: give one with --file")
    }
  }

  func run() throws {
    try reportingErrors { () throws(TaggerError) in
      var request = ShowRun.Request()
      request.file = file
      request.entry = entry
      request.seed = seed ?? request.seed
      request.images.downsample = downsample
      request.images.axes = axes
      request.images.labelConvention = labelConvention
      request.images.imageProducer = imageProducer
      request.images.labelProducer = labelProducer
      request.checkpoint = checkpoint
      request.mode = pixels?.mode
      var training = TrainingConfiguration()
      threads.apply(to: &training)
      request.threads = training.threads
      request.output = output
      try ShowRun(request, logger: reporting.logger()).run()
    }
  }
}
