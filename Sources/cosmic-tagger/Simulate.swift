import ArgumentParser
import CosmicTagger
import LArTPCSimulation

/// `cosmic-tagger simulate`.
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write simulated events to a larcv3 file.",
    discussion: """
      Cosmic muons with the electrons and photons of air showers, one neutrino interaction and noise \
      on three wire planes, with labels, the particles of the interaction and its vertex, in the \
      layout of the near detector's files. Seed and number determine an event.

      Interactions are a mixture balanced for training, not that of a beam: 45 % charged currents of \
      muon neutrinos, 40 % of electron neutrinos, 15 % neutral currents.

      Example:
        cosmic-tagger simulate --output simulated.h5 --events 100
      """)

  @Option(help: ArgumentHelp("The file to write.", valueName: "path"))
  var output: String

  @Flag(help: "Replace the file if there is one of that name.")
  var overwrite = false

  @Option(help: ArgumentHelp("Number of events.", valueName: "count"))
  var events = 10

  @Option(help: ArgumentHelp("Seed of the events.", valueName: "number"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Mean number of cosmic muons in an event.",
      discussion: "Electrons and photons of air showers come in proportion.", valueName: "muons"))
  var cosmicMuons = LArTPCSimulation.Configuration().cosmicMuons

  @Option(
    help: ArgumentHelp("Share of events that have a neutrino interaction.", valueName: "share"))
  var neutrinoFraction = LArTPCSimulation.Configuration().neutrinoFraction

  @Option(
    help: ArgumentHelp(
      "Threads that make events; the file does not depend on it.",
      discussion: "Without it, as many as there are processors.", valueName: "count"))
  var threads: Int?

  @OptionGroup(title: "Reporting") var reporting: ReportOptions

  func run() throws {
    try reportingErrors { () throws(TaggerError) in
      var configuration = LArTPCSimulation.Configuration()
      configuration.cosmicMuons = cosmicMuons
      configuration.neutrinoFraction = neutrinoFraction
      try SimulationRun(
        output: output, overwrites: overwrite, eventCount: events, seed: seed,
        configuration: configuration, threads: threads,
        logger: reporting.logger()
      ).run()
    }
  }
}
