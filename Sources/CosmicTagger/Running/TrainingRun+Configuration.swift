import Files
import Logging
import Networks

/// What a run says and leaves of what it was asked for.
extension TrainingRun {
  /// Says what a run is about to do.
  func report(
    _ configuration: UResNetConfiguration, _ geometry: ImageGeometry, to logger: Logger
  ) {
    guard training.preset != .seed else {
      let listing = SeedListing(
        data, configuration, training, shape: [geometry.rows, geometry.columns])
      for line in listing.lines { logger.info("\(line)") }
      return
    }
    var listing = ConfigurationListing()
    listing.add("mode", "train")
    listing.add("sparse", training.mode == .sparse ? "True" : "False")
    listing.add("masked", training.mode == .masked ? "True" : "False")
    listing.add(data)
    listing.add(training)
    listing.add(configuration)
    for line in listing.lines { logger.info("\(line)") }
  }

  /// Leaves what was resolved where `--config` finds it.
  func writeConfiguration(
    _ configuration: UResNetConfiguration, _ folder: OutputFolder
  ) throws {
    let text = ResolvedConfiguration(data, configuration, training).text
    do throws(FileError) {
      try WrittenFile.replace(folder.file("config.yaml"), with: text.utf8)
    } catch {
      guard error.kind == .usage else { throw TaggerError(error) }
      throw TaggerError(
        .inputOutput,
        "\(folder.file("config.yaml")) cannot be written: choose another --log-directory")
    }
  }
}
