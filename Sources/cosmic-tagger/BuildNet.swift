import ArgumentParser
import CosmicTagger
import Networks

/// `cosmic-tagger build_net`.
struct BuildNet: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build_net",
    abstract: "Show the parameters of a network.",
    discussion: """
      Builds the network without any data, and prints the name and shape of every parameter and \
      their number.

      Example:
        cosmic-tagger build_net --preset a21
      """)

  @OptionGroup(title: "Network") var network: NetworkOptions

  func validate() throws { try network.check(network.configuration) }

  func run() throws {
    try reportingErrors { () throws(TaggerError) in
      for line in try parameterListing(
        network.configuration, mode: network.pixels.mode)
      { Output.print("\(line)") }
    }
  }
}
