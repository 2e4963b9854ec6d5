import CosmicTagger
import Foundation
import Testing

@Suite("Configuration files")
struct ConfigurationFileTests {
  private func translation(of text: String) throws -> [String] {
    let scratch = try Scratch()
    try text.write(toFile: scratch.file("run.yaml"), atomically: false, encoding: .utf8)
    return Array(try translated(["train", "--config", scratch.file("run.yaml")]).dropFirst())
  }

  /// The refusal of a file, with `FILE` for its path.
  private func refusal(of data: Data) throws -> (kind: TaggerError.Kind?, sentence: String) {
    let scratch = try Scratch()
    let path = scratch.file("run.yaml")
    try data.write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: TaggerError.self) { try translated(["train", "--config", path]) }
    let sentence = error?.description ?? ""
    #expect(!sentence.contains("\n"))
    #expect(sentence.contains(path))
    return (error?.kind, sentence.replacing(path, with: "FILE"))
  }

  @Test(
    "that say nothing are no more than that",
    arguments: [
      "", "\n", "# nothing\n", "---\n", "{}", "null", "~", "run:\n", "run: {}", "run.id:",
      "run: {id: }", "mode.weights_location: \"\"", "weights: null", "shape: ~",
    ])
  func nothing(_ text: String) throws {
    #expect(try translation(of: text) == [])
  }

  @Test("hold values as they are written")
  func values() throws {
    let texts: [(String, [String])] = [
      ("learning-rate: 1e-3", ["--learning-rate", "1e-3"]),
      ("max-voxels: 0035", ["--max-voxels", "0035"]),
      ("file: 2026-01-01", ["--file", "2026-01-01"]),
      ("file: 'a: b'", ["--file", "a: b"]), ("file: \"a\\nb\"", ["--file", "a\nb"]),
      ("file: \"null\"", ["--file", "null"]), ("file: '~'", ["--file", "~"]),
      ("file: yes", ["--file", "yes"]), ("residual: yes", ["--residual", "True"]),
      ("residual: off", []), ("shape: [640, 1024]", ["--shape", "640,1024"]),
      ("shape:\n- 640\n- 1024", ["--shape", "640,1024"]),
      ("shape: 640 1024", ["--shape", "640 1024"]),
      ("network: {connections: none}", ["--connections", "none"]),
      ("a: &x 3\niterations: *x", []),
    ]
    for (text, arguments) in texts where !arguments.isEmpty {
      #expect(try translation(of: text) == arguments, "\(text)")
    }
    #expect(
      try translation(of: "iterations: &x 3\nminibatch-size: *x")
        == ["--iterations", "3", "--minibatch-size", "3"])
  }

  @Test("that cannot be read are input that failed")
  func unreadable() throws {
    let scratch = try Scratch()
    for (path, reason) in [
      (scratch.file("none.yaml"), "No such file or directory"), (scratch.path, "Is a directory"),
    ] {
      let error = #expect(throws: TaggerError.self) { try translated(["train", "--config", path]) }
      #expect(error?.kind == .inputOutput)
      #expect(
        error?.description == "\(path) cannot be read (\(reason)): give the path of a YAML file")
    }
  }

  private static let form = "write a line `name: value` for each switch"

  static let bad: [(String, String)] = [
    ("a: [1, 2", "FILE is no YAML (did not find expected ',' or ']' in line 2, column 1): \(form)"),
    (
      "a: b: c",
      "FILE is no YAML (mapping values are not allowed in this context in line 1, column 5): \(form)"
    ),
    ("a: 'x", "FILE is no YAML (found unexpected end of stream in line 1, column 6): \(form)"),
    (
      "\ta: 1",
      "FILE is no YAML (found character that cannot start any token in line 1, column 1): \(form)"
    ),
    (
      "a: 1\n---\nb: 2\n",
      "FILE is no YAML (but found another document in line 2, column 1): \(form)"
    ),
    ("a: *x", "FILE is no YAML (found undefined alias in line 1, column 4): \(form)"),
    ("i: 1\ni: 2", "FILE is no YAML (i is there twice): \(form)"),
    ("a: \u{1}", "FILE is no YAML (control characters are not allowed): \(form)"),
    ("train", "FILE has no names at its top: \(form)"),
    ("- iterations: 3", "FILE has no names at its top: \(form)"),
    ("[1]: 2", "FILE has a name that is no text: \(form)"),
    ("run: {[1]: 2}", "FILE has a name that is no text below run: \(form)"),
    ("shape: [[640, 1024]]", "FILE: shape is a list of other than values: write shape: [1, 2]"),
    (
      "data.paths.active: [{a: b}]",
      "FILE: data.paths.active is a list of other than values: write data.paths.active: [1, 2]"
    ),
  ]

  @Test("that are no YAML of names and values are bad data", arguments: 0..<bad.count)
  func malformed(_ number: Int) throws {
    let (text, sentence) = Self.bad[number]
    let refusal = try refusal(of: Data(text.utf8))
    #expect(refusal.kind == .badData)
    #expect(refusal.sentence == sentence)
  }

  @Test("in another encoding are bad data")
  func encoding() throws {
    let refusal = try refusal(of: Data([0x61, 0x3A, 0x20, 0xFF, 0xFE]))
    #expect(refusal.kind == .badData)
    #expect(refusal.sentence == "FILE is no text in UTF-8: \(Self.form)")
  }

  @Test("nested without end are refused, not followed to the end of the stack")
  func depth() throws {
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
      let text = String(repeating: open, count: 100_000) + String(repeating: close, count: 100_000)
      #expect(try refusal(of: Data("a: \(text)".utf8)).kind == .badData)
    }
  }

  static let refused: [(String, String)] = [
    ("network.dept: 3", "FILE: network.dept is no switch: did you mean network.depth?"),
    ("network: {dept: 3}", "FILE: network.dept is no switch: did you mean network.depth?"),
    (
      "run: {compute_mode: GPU}",
      "FILE: run.compute_mode GPU is refused: no GPU or other device is used, this program computes "
        + "on processors; use CPU"
    ),
    (
      "run.broadcast_buffers: False",
      "FILE: run.broadcast_buffers False is refused: running statistics are the same on all ranks"
    ),
    ("residual: maybe", "FILE: residual maybe is not possible: use True or False"),
    ("masked: maybe", "FILE: masked maybe is not possible: use True or False"),
    ("dense: [true]x", ""),
    (
      "run: {id: '???'}",
      "FILE: run.id ??? is filled in by Hydra alone: write the value itself"
    ),
    (
      "defaults:\n- network: a21\n- _self_\n",
      "FILE: defaults is for Hydra and refused: leave it out, and name presets as in network: a21"
    ),
    (
      "hydra: {run: {dir: x}}",
      "FILE: hydra is for Hydra and refused: leave it out, and name presets as in network: a21"
    ),
    ("config: other.yaml", "FILE: config is no switch: cosmic-tagger switches lists them"),
  ].filter { !$0.1.isEmpty }

  @Test("with switches that are refused say in which file", arguments: 0..<refused.count)
  func switches(_ number: Int) throws {
    let (text, sentence) = Self.refused[number]
    let refusal = try refusal(of: Data(text.utf8))
    #expect(refusal.kind == .usage)
    #expect(refusal.sentence == sentence)
  }
}
