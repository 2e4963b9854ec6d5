import ArgumentParser
import CosmicTagger

/// `cosmic-tagger report`.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make one page of what a training run left.",
    discussion: """
      Reads a run's log directory and writes a page for a browser, of one file that needs no \
      network: final figures beside predictions that need no network, curves of training and \
      validation, which class was taken for which, the best and the worst event, throughput and \
      configuration. It can be made while the run goes on; what is not there yet is said to be \
      missing.

      It reads config.yaml, train_metrics.csv, test_metrics.csv, throughput.csv, scores.json and the \
      pictures that this names.

      Example:
        cosmic-tagger report log -o report.html
      """)

  @Argument(help: ArgumentHelp("The run's log directory.", valueName: "log-directory"))
  var logDirectory: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The page to write. (default: report.html in the log directory)", valueName: "path"))
  var output: String?

  @OptionGroup(title: "Reporting") var reporting: ReportOptions

  func run() throws {
    try reportingErrors { () throws(TaggerError) in
      try ReportRun(logDirectory, output: output, logger: reporting.logger()).run()
    }
  }
}
