import ArgumentParser
import CosmicTagger

/// `cosmic-tagger iotest`.
struct Iotest: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure reading alone.",
    discussion: """
      Reads batches and assembles their sites as training does, but builds no network.

      Example:
        cosmic-tagger iotest --file events.h5 -i 50 -mb 4
      """)

  @OptionGroup(title: "Events") var data: DataOptions

  @OptionGroup(title: "Events") var loading: LoadingOptions

  @OptionGroup(title: "Several processes") var sharing: SharingOptions

  @Option(
    name: [.customShort("i"), .long], parsing: .unconditional,
    help: ArgumentHelp("Batches to read.", valueName: "batches"))
  var iterations = 25

  @OptionGroup(title: "Reporting") var reporting: ReportOptions

  func run() throws {
    try reportingErrors(distributed: sharing.run.distributed) { group throws(TaggerError) in
      var data = data.configuration()
      loading.apply(to: &data)
      var configuration = RankConfiguration()
      sharing.apply(to: &configuration)
      try ReadingTest(
        data: data, iterations: iterations, configuration, ranks: group, logger: reporting.logger()
      ).run()
    }
  }
}
