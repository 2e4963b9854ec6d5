import ArgumentParser
import CosmicTagger

/// What `--isolate-reader` begins: this program once more, which reads for the other one.
struct ReadEvents: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: ReaderService.command,
    abstract: "Reads events for another process that asks for them over standard input.",
    shouldDisplay: false)

  func run() throws { try ReaderService().run() }
}
