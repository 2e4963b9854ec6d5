import ArgumentParser
import CosmicTagger

/// A truth value as the original's scripts spell it.
enum Truth: String, CaseIterable, ExpressibleByArgument {
  case yes = "True"
  case no = "False"

  init?(argument: String) {
    guard let value = Switch.truth(argument) else { return nil }
    self = value ? .yes : .no
  }

  var value: Bool { self == .yes }
}
