import CosmicTagger
import Testing

/// Walks the whole list of the original's switches: each acts as it did or is refused with a sentence.
@Suite("Every switch of the original")
struct SwitchListTests {
  static let cases = SeedFlags.cases + TodaysKeys.cases

  /// The arguments of a case behind the command it is for; a mode is a command itself.
  private func arguments(_ switchCase: SwitchCase, command: String = "train") -> [String] {
    let namesCommand = ["mode", "mode.name"].contains(switchCase.name)
    return (namesCommand ? [] : [command]) + switchCase.written
  }

  private func translated(_ arguments: [String]) throws -> [String] {
    try ArgumentTranslation.translate(arguments, accepted: OptionScope.options)
  }

  @Test("becomes the options it should, or a sentence", arguments: cases + HeadKeys.cases)
  func translation(_ switchCase: SwitchCase) throws {
    let arguments = arguments(switchCase)
    switch switchCase.expectation {
    case .acts(let options): #expect(try translated(arguments) == ["train"] + options)
    case .agrees: #expect(try translated(arguments) == ["train"])
    case .refused(let words):
      let error = #expect(throws: TaggerError.self) { try translated(arguments) }
      #expect(error?.kind == .usage)
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
      #expect(error?.description.contains("\n") == false)
    }
  }

  /// Heads are options of the program where its scope has them.
  private static let built =
    cases + (OptionScope.all.contains("--vertex") ? HeadKeys.cases : [])

  @Test("is taken by the program, or ends it with code 64", arguments: built)
  func program(_ switchCase: SwitchCase) throws {
    let arguments = arguments(switchCase)
    guard case .refused(let words) = switchCase.expectation else {
      // What is found after all arguments have been read: they were all understood.
      let result = try Tool.run(arguments + ["-f", "x.h5", "-i", "0"])
      return expectRefusal(result, code: 64, "--iterations 0 is not possible: use 1 or more")
    }
    let result = try Tool.run(arguments)
    #expect(result.code == 64)
    #expect(result.output.isEmpty)
    #expect(result.error.hasPrefix("cosmic-tagger: "))
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.error.contains(words), "\(result.error)")
  }

  /// Flags that the original read in no other mode than training.
  private static let ofTraining: Set<String> = [
    "--learning-rate", "-lr", "--summary-iteration", "-si", "--logging-iteration", "-li",
    "--checkpoint-iteration", "-ci", "--optimizer", "-o", "--regularize-weights", "-rw",
  ]

  @Test(
    "of 2019 that every mode read is read by every mode, and others by training alone",
    arguments: ["iotest", "build_net"])
  func otherModes(_ command: String) throws {
    let own = OptionScope.options(of: command)
    for switchCase in SeedFlags.cases {
      guard case .acts(let options) = switchCase.expectation else { continue }
      let translated = try translated(arguments(switchCase, command: command)).dropFirst()
      let isOfTraining = Self.ofTraining.contains(switchCase.name)
      let remains = own.contains(String(options[0].prefix { $0 != "=" })) || isOfTraining
      #expect(Array(translated) == (remains ? options : []), "\(switchCase.testDescription)")
    }
    let result = try Tool.run([command, "-lr", "1"])
    expectUsage(result, "Unknown option '--learning-rate'")
  }

  @Test("is on this list")
  func completeness() {
    let flags = Set(SeedFlags.cases.map(\.name))
    let keys = Set((TodaysKeys.cases + HeadKeys.cases).map(\.name)).union([
      "framework.environment_variables.*"
    ])
    #expect(Switch.flags.flatMap(\.spellings).filter { !flags.contains($0) } == [])
    #expect((Switch.keys + Switch.groups).map(\.name).filter { !keys.contains($0) } == [])
  }

  @Test("has a line in the listing that names no option the program lacks")
  func listing() throws {
    let result = try Tool.run(["switches"])
    #expect(result.code == 0 && result.error.isEmpty)
    let lines = result.lines
    #expect(
      lines.filter { !$0.hasPrefix(" ") } == [
        "Flags of 2019 and 2020:", "Configuration of today:", "Groups of it:",
      ])
    let names = lines.filter { $0.hasPrefix(" ") }.map { line in
      line.prefix { $0 != ":" }.split(separator: ",").map { $0.filter { $0 != " " } }
    }
    let all = Set(names.flatMap { $0 })
    let missing = SwitchListTests.cases.map(\.name).filter {
      !all.contains($0) && !$0.contains("environment")
    }
    #expect(missing == [])
    let known = OptionScope.all.union(all)
    for line in lines {
      for option in line.matches(of: /--[a-z-]*[a-z]/).map({ String($0.output) }) {
        let isOfHeads = option.hasPrefix("--classification") || option.hasPrefix("--vertex")
        #expect(known.contains(option) || isOfHeads || option == "--config", "\(line)")
      }
    }
  }
}
