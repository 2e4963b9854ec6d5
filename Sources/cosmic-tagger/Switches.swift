import ArgumentParser
import CosmicTagger

/// `cosmic-tagger switches`.
struct Switches: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List what the original's switches mean here.",
    discussion: """
      Prints every flag of CosmicTagger's command line of 2019 and 2020, and every dotted name of its \
      configuration of today: the option of this program it stands for, or why it is refused.
      """)

  func run() {
    for (title, switches) in [
      ("Flags of 2019 and 2020", Switch.flags), ("Configuration of today", Switch.keys),
      ("Groups of it", Switch.groups),
    ] {
      Output.print("\(title):")
      for line in switches.map(\.line) { Output.print("  \(line)") }
    }
  }
}
