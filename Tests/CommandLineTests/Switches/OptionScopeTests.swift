import CosmicTagger
import Testing

/// Proves that configuration files may name exactly what the commands' help texts offer.
@Suite("The options that files may name")
struct OptionScopeTests {
  /// What commands have beside it: options that say what to write or how often to measure.
  private static let own: [String: Set<String>] = [
    "train": [], "iotest": [], "build_net": [],
    "profile": ["--steps", "--warm-up", "--top", "--json", "--trace"],
    "compare": ["--checkpoint", "--events", "--json"],
    "inference": [
      "--checkpoint", "--weights", "--output", "--prefix", "--metrics-file", "--start-index",
      "--iterations", "--restart", "--label-producer",
    ],
  ]

  /// Other spellings, which files know as the original's flags.
  private static let otherSpellings: Set<String> = [
    "--res-blocks-per-layer", "--res-blocks-deepest-layer", "--res-blocks-final",
  ]

  /// Lines of a help text that begin an option: its names, and whether a value follows them.
  private func options(of command: String) throws -> [(names: [String], hasValue: Bool)] {
    try Tool.run([command, "--help"]).lines.filter { $0.hasPrefix("  -") }.map { line in
      let names = line.prefix { $0 != "<" }.matches(of: /--[a-z-]*[a-z]/).map {
        String($0.output)
      }
      return (names, line.contains(/-[a-z]+ </))
    }
  }

  @Test("are those of its help text", arguments: own.keys.sorted())
  func names(_ command: String) throws {
    let offered = Set(try options(of: command).flatMap(\.names))
      .subtracting(Self.otherSpellings).subtracting(Self.own[command] ?? []).subtracting(["--help"])
    let scope = OptionScope.options(of: command)
    #expect(offered.subtracting(scope).sorted() == [])
    #expect(scope.subtracting(offered).sorted() == [])
  }

  @Test("have values where the help text shows one")
  func values() throws {
    for (names, hasValue) in try options(of: "train") where names != ["--help"] {
      for name in names {
        let key = String(name.dropFirst(2))
        // A truth value that any option takes as a value, and bare ones as themselves.
        let translated = try? ArgumentTranslation.translate(
          ["train", "\(key)=True"], accepted: OptionScope.options)
        #expect(hasValue != (translated == ["train", name]), "\(name)")
      }
    }
  }

  @Test("are none for commands that read no configuration")
  func none() {
    for command in ["inspect", "simulate", "switches", "help", "nothing"] {
      #expect(OptionScope.options(of: command).isEmpty)
    }
  }
}
