import Files
import Foundation
import Layers
import Logging
import Telemetry
import Tensors
import Training

/// `cosmic-tagger show`: a picture of one event, and of what a network makes of it.
public struct ShowRun {
  /// Which event is shown, and as what.
  public struct Request: Sendable {
    /// The larcv3 file, or nothing for a simulated event.
    public var file: String?
    /// Its entry, or the number of the simulated event.
    public var entry = 0
    /// Seed of simulated events.
    public var seed: UInt64 = 0
    /// What was said of its images.
    public var images = ImageOverrides()
    /// The network's checkpoint, if one is asked.
    public var checkpoint: String?
    /// The pixels it computes; nothing for the active ones, where it can.
    public var mode: TrainingConfiguration.Mode?
    /// Threads to compute with.
    public var threads = 1
    /// The picture's file, whose name says its kind: `.png` or `.html`.
    public var output: String?

    /// A picture of the first simulated event.
    public init() {}
  }

  private let request: Request
  private let logger: Logger

  /// A run that reports to a logger.
  ///
  /// - Throws: `TaggerError` for options that are out of range.
  public init(_ request: Request, logger: Logger) throws(TaggerError) {
    guard request.entry >= 0 else {
      throw TaggerError(.usage, "--entry \(request.entry) is not possible: use 0 or more")
    }
    guard (1...TrainingConfiguration.mostThreads).contains(request.threads) else {
      throw TaggerError(
        .usage,
        "--threads \(request.threads) is not possible: use 1 to \(TrainingConfiguration.mostThreads)"
      )
    }
    guard request.mode == nil || request.checkpoint != nil else {
      throw TaggerError(
        .usage,
        "--sparse, --dense and --masked say how a network computes: give one with --checkpoint")
    }
    if let output = request.output, !["png", "html"].contains(Self.kind(of: output)) {
      throw TaggerError(
        .usage, "\(output) is no kind of picture: give --output a name that ends in .png or .html")
    }
    if let file = request.file, let output = request.output, OutputFile.areSame(file, output) {
      throw TaggerError(
        .usage, "--output would replace \(file), which is read: name another file")
    }
    self.request = request
    self.logger = logger
  }

  /// Draws.
  ///
  /// - Throws: `TaggerError` when event or checkpoint cannot be read or do not fit each other, or when the
  ///   picture cannot be written.
  public func run() throws(TaggerError) {
    do {
      try show()
    } catch {
      throw TaggerError(error)
    }
  }

  private static func kind(of path: String) -> String {
    (path as NSString).pathExtension.lowercased()
  }

  private func show() throws {
    let path = request.output ?? "event-\(request.entry).png"
    let output = try OutputFile(path, option: "--output")
    let stored = try request.checkpoint.map { path throws(TaggerError) in
      try StoredNetwork(path) { logger.warning("\($0)") }
    }
    let reader = try stored.map { stored throws(TaggerError) in
      try NetworkReader(stored, request.mode, threads: request.threads)
    }
    var data = try data(of: stored)
    data = data.filling(for: reader?.mode ?? .sparse)
    try data.validate()

    logger.debug(data, stored?.configuration)
    let source = try data.openSource()
    try check(entryOf: source)
    let geometry = try ImageGeometry.find(in: source, data)
    let batch = try SiteAssembly(geometry, data).batch([source.event(request.entry)])
    let said = try reader?.read(batch, geometry, data)
    let picture = EventPicture(
      data.title(ofEvent: request.entry), batch.sites, charges: batch.charges,
      labels: data.readsLabels ? batch.labels : nil, predictions: said?.predictions, geometry, data
    )
    let figures = data.readsLabels ? said.map { EventFigures($0.confusions, geometry) } : nil

    if let file = data.file, !data.readsLabels {
      logger.info("\(file) has no product sparse2d_\(data.labelProducer): truth is not shown")
    }
    if let figures { logger.info("\(figures.table)\n") }
    if Self.kind(of: path) == "html" {
      let page = try EventPage(
        title: picture.title, facts: facts(data, geometry, stored),
        tables: figures.map { [$0.table] } ?? [],
        planes: picture.planes)
      try WrittenFile.replace(output.path, with: page.text.utf8)
    } else {
      try WrittenFile.replace(
        output.path, with: EventDisplay().encodedPNG(picture.planes, title: picture.title))
    }
    logger.info("Event picture: \(path)")
  }

  /// How the event is read: as in training where nothing else is said, of a file as of none.
  private func data(of stored: StoredNetwork?) throws(TaggerError) -> DataConfiguration {
    var data = stored?.data ?? DataConfiguration()
    if request.file == nil {
      // A simulation has conventions of its own, whatever a network was trained on.
      let own = DataConfiguration()
      (data.axes, data.labelConvention) = (own.axes, own.labelConvention)
      (data.imageProducer, data.labelProducer) = (own.imageProducer, own.labelProducer)
    }
    request.images.apply(to: &data)
    data.file = request.file
    data.minibatchSize = 1
    data.seed = request.seed
    return try data.findingLabels(required: request.images.labelProducer != nil)
  }

  private func check(entryOf source: any EventSource) throws(TaggerError) {
    guard let count = source.eventCount, request.entry >= count else { return }
    let name = request.file ?? "the simulation"
    let range = count == 1 ? "use 0" : "use 0 to \(count - 1)"
    throw TaggerError(
      .usage,
      "--entry \(request.entry) is not in \(name), which has \(count) event\(count == 1 ? "" : "s"): "
        + "\(count == 0 ? "choose another file" : range)")
  }

  /// What is said below the title of a page.
  private func facts(
    _ data: DataConfiguration, _ geometry: ImageGeometry, _ stored: StoredNetwork?
  ) -> [(name: String, value: String)] {
    var facts = [
      ("events", data.file ?? "simulated, seed \(data.seed)"),
      (
        "images",
        "\(geometry.planes) planes of \(geometry.rows) × \(geometry.columns) pixels (drift × wire)"
      ),
    ]
    if data.downsample > 0 {
      facts.append(("halved", data.downsample == 1 ? "once" : "\(data.downsample) times"))
    }
    if let stored {
      facts.append(("network", "\(stored.file), after \(stored.checkpoint.step) steps"))
    }
    return facts
  }
}
