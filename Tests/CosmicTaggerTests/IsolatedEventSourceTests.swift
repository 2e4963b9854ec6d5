import Foundation
import Testing

@testable import CosmicTagger

@Suite("A process that reads for another one")
struct IsolatedEventSourceTests {
  /// A process that does what a script says, which finds the socket at its standard input.
  private func source(
    _ script: String, patience: Duration = .seconds(60),
    _ configuration: DataConfiguration = DataConfiguration()
  ) throws(TaggerError) -> IsolatedEventSource {
    try IsolatedEventSource(
      ["a.h5", "b.h5"], configuration,
      program: ReaderProcess.Program(
        path: "/bin/bash", arguments: ["-c", script], patience: patience))
  }

  /// The script that answers once that the files are open, with so many events each.
  private func opening(_ counts: [Int], then rest: String) throws -> String {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    let body = try encoder.encode(ReaderAnswer.opened(entryCounts: counts, hasLabels: true))
    var count = UInt64(body.count)
    let message = withUnsafeBytes(of: &count) { Data($0) } + body
    let text = message.map { String(format: "\\x%02x", $0) }.joined()
    return "printf '\(text)' >&0; \(rest)"
  }

  @Test(
    "that crashes, hangs or ends while it opens files is an error that names them",
    arguments: [
      ("kill -SEGV $$", "crashed the process that read it (signal 11)"),
      ("kill -ALRM $$", "took longer than 60 seconds to be read"),
      ("exit 3", "ended the process that read it (code 3)"),
    ])
  func opening(_ script: String, _ said: String) throws {
    let error = #expect(throws: TaggerError.self) { _ = try source(script) }
    #expect(error?.kind == .badData)
    #expect(error?.description == "opening a.h5, b.h5 \(said): copy it again, or leave it out")
  }

  @Test("that crashes on an event is an error that names it, and another one reads the next")
  func crash() throws {
    // It waits for the number of an event before it ends.
    let script = try opening([2, 3], then: "head -c 8 <&0 > /dev/null; kill -SEGV $$")
    let source = try source(script)
    #expect(source.eventCount == 5)
    for (number, name) in [(0, "entry 0 of a.h5"), (4, "entry 2 of b.h5"), (1, "entry 1 of a.h5")] {
      let error = #expect(throws: TaggerError.self) { _ = try source.event(number) }
      #expect(error?.kind == .badData)
      #expect(
        error?.description
          == "\(name) crashed the process that read it (signal 11): leave this event out, as "
          + "--skip-bad-events does, or produce the file again")
    }
  }

  @Test("that crashes is an error that ends with what the command offers against it")
  func remedy() throws {
    let script = try opening([1], then: "head -c 8 <&0 > /dev/null; kill -SEGV $$")
    let source = try source(script, data { $0.badEventRemedy = "begin anew" })
    let error = #expect(throws: TaggerError.self) { _ = try source.event(0) }
    #expect(error?.description.hasSuffix("(signal 11): begin anew") == true)
    #expect(!InferenceConfiguration.badEventRemedy.contains("--skip-bad-events"))
  }

  @Test(
    "that was led astray is an error, whatever it says",
    arguments: [#"\x04\0\0\0\0\0\0\0oops"#, #"\x04\0\0\0\0\0\0\0bplist"#])
  func nonsense(_ answer: String) throws {
    let script = try opening([1], then: "printf '\(answer)' >&0; sleep 1")
    let source = try source(script)
    let error = #expect(throws: TaggerError.self) { _ = try source.event(0) }
    #expect(error?.kind == .badData)
    #expect(error?.description.contains("led the process that read it astray") == true)
  }

  /// Processes that live on: one announces a message of 2^40 bytes, one says nothing, one says its
  /// message in drops, and one closes its socket.
  static let living = [
    (#"printf '\0\0\0\0\0\x01\0\0' >&0; exec sleep 600"#, "led the process that read it astray"),
    ("exec sleep 600", "took longer than 1 seconds to be read"),
    ("while printf '\\x07' >&0; do sleep 0.3; done", "took longer than 1 seconds to be read"),
    ("exec 0<&-; exec sleep 600 > /dev/null", "crashed the process that read it (signal 9)"),
  ]

  @Test(
    "that lives on without an answer is ended while it opens files", arguments: 0..<living.count)
  func livesOnAtOpening(_ number: Int) throws {
    let (script, said) = Self.living[number]
    let clock = ContinuousClock()
    let start = clock.now
    let error = #expect(throws: TaggerError.self) { _ = try source(script, patience: .seconds(1)) }
    #expect(error?.description == "opening a.h5, b.h5 \(said): copy it again, or leave it out")
    #expect(clock.now - start < .seconds(30))
  }

  @Test("that lives on without an answer is ended, its event named", arguments: 0..<living.count)
  func livesOnAtAnEvent(_ number: Int) throws {
    let (script, said) = Self.living[number]
    let source = try source(
      opening([2, 3], then: "head -c 8 <&0 > /dev/null; \(script)"), patience: .seconds(1))
    for (number, name) in [(1, "entry 1 of a.h5"), (3, "entry 1 of b.h5")] {
      let error = #expect(throws: TaggerError.self) { _ = try source.event(number) }
      #expect(error?.kind == .badData)
      #expect(error?.description.hasPrefix("\(name) \(said): ") == true)
    }
  }
}
