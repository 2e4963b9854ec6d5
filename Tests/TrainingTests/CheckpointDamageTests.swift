import Files
import Foundation
import HDF5Files
import Layers
import Networks
import Reference
import Testing
import Training

/// Proves that a file which is no sound checkpoint ends in a sentence that names it.
@Suite("Damaged checkpoints")
struct CheckpointDamageTests {
  private func checkpoint() -> Checkpoint {
    Checkpoint(
      parameters: [
        Checkpoint.Entry(name: "first.bias", shape: [3], values: [1, 2, 3]),
        Checkpoint.Entry(name: "first.weight", shape: [2, 3], values: [0.1, 2, 3, 4, 5, 6]),
      ], step: 77, configuration: ["network-depth": "2"])
  }

  private func expectRefusal(
    _ path: String, _ kind: FileError.Kind, _ sentence: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: FileError.self, sourceLocation: sourceLocation) {
      try Checkpoint(contentsOf: path)
    }
    #expect(error == FileError(kind, "\(path): \(sentence)"), sourceLocation: sourceLocation)
  }

  @Test("absent, a folder, empty, and a text")
  func noFile() throws {
    let scratch = try Scratch()
    expectRefusal(
      scratch.file("none.h5"), .inputOutput,
      "cannot be read (No such file or directory); check the path")
    expectRefusal(
      scratch.path, .inputOutput, "is not a regular file; give a file written by cosmic-tagger")
    for text in ["", "latest: model-5.h5\n"] {
      try scratch.write(Data(text.utf8), to: "model.h5")
      expectRefusal(
        scratch.file("model.h5"), .badData,
        "is not an HDF5 file; give a file written by cosmic-tagger")
    }
  }

  @Test("cut anywhere")
  func truncated() throws {
    let scratch = try Scratch()
    try checkpoint().write(to: scratch.file("whole.h5"))
    let whole = try scratch.data("whole.h5")
    let path = scratch.file("cut.h5")
    for length in stride(from: 0, to: whole.count, by: 13) {
      try scratch.write(whole.prefix(length), to: "cut.h5")
      let error = #expect(throws: FileError.self) { try Checkpoint(contentsOf: path) }
      #expect(error?.kind == .badData)
      #expect(error?.message.hasPrefix(path) == true)
      #expect(error?.message.contains("\n") == false)
    }
  }

  @Test(
    "any byte changed: a sentence, or the same parameters", arguments: [UInt8(0xFF), 0x01, 0x80])
  func flippedBytes(mask: UInt8) throws {
    let scratch = try Scratch()
    let sound = checkpoint()
    try sound.write(to: scratch.file("whole.h5"))
    let whole = try scratch.data("whole.h5")
    let path = scratch.file("flipped.h5")
    var refusals = 0
    for position in whole.indices {
      var flipped = whole
      flipped[position] ^= mask
      try scratch.write(flipped, to: "flipped.h5")
      do throws(FileError) {
        let found = try Checkpoint(contentsOf: path)
        #expect(found.parameters == sound.parameters, "byte \(position)")
      } catch {
        refusals += 1
        #expect(error.message.hasPrefix(path), "byte \(position): \(error)")
        #expect(error.kind == .badData)
      }
    }
    // The values, names and structure at least.
    #expect(refusals > 200)
  }

  @Test("a changed value does not have the digest of the file")
  func digest() throws {
    let scratch = try Scratch()
    try checkpoint().write(to: scratch.file("model.h5"))
    var data = try scratch.data("model.h5")
    let value = withUnsafeBytes(of: Float(0.1).bitPattern.littleEndian) { Data($0) }
    let place = try #require(data.range(of: value))
    data[place.lowerBound] ^= 1
    try scratch.write(data, to: "model.h5")
    let error = #expect(throws: FileError.self) {
      try Checkpoint(contentsOf: scratch.file("model.h5"))
    }
    #expect(
      error?.message.wholeMatch(
        of:
          /.*model\.h5: has contents of digest [0-9a-f]{8} where it says [0-9a-f]{8}; copy or produce the file again/
      ) != nil, "\(String(describing: error))")
  }

  @Test("values that are not finite", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) throws {
    let scratch = try Scratch()
    let entry = Checkpoint.Entry(name: "last.bias", shape: [3], values: [0, 1, value])
    let checkpoint = Checkpoint(parameters: checkpoint().parameters + [entry], step: 1)
    try checkpoint.write(to: scratch.file("model.h5"))
    expectRefusal(
      scratch.file("model.h5"), .badData,
      "last.bias has the value \(value) at 2; use an earlier checkpoint")
  }

  /// Writes a file with the attributes that are given, and a group `parameters`.
  private func write(
    _ path: String, texts: [String: String], numbers: [String: Int],
    group name: String? = "parameters", _ fill: (HDF5Handle) throws -> Void = { _ in }
  ) throws {
    let file = try #require(HDF5Handle.makeFile(path))
    if let name { try fill(#require(file.makeGroup(name))) }
    for (name, text) in texts { try file.setAttribute(name, text: text) }
    for (name, number) in numbers { try file.setAttribute(name, number: number) }
    #expect(file.flushFile() && file.close())
  }

  private static let texts = [
    "format": "submanifold-checkpoint", "configuration": "{}", "digest": "00000000",
  ]
  private static let numbers = ["version": 1, "step": 4]

  @Test("what is written by hand after the documentation is a checkpoint")
  func byHand() throws {
    let scratch = try Scratch()
    try write(scratch.file("a.h5"), texts: Self.texts, numbers: Self.numbers)
    let read = try Checkpoint(contentsOf: scratch.file("a.h5"))
    #expect(read == Checkpoint(parameters: [], step: 4))
  }

  @Test("another format, another version, and attributes that are missing or make no sense")
  func attributes() throws {
    let scratch = try Scratch()
    let path = scratch.file("a.h5")
    for format in [nil, "", "larcv3"] {
      var texts = Self.texts
      texts["format"] = format
      try write(path, texts: texts, numbers: Self.numbers)
      expectRefusal(path, .badData, "is not a checkpoint; give one that training wrote")
    }
    for version in [nil, 0, 3, -1] {
      var numbers = Self.numbers
      numbers["version"] = version
      try write(path, texts: Self.texts, numbers: numbers)
      let found = version.map(String.init) ?? "none"
      expectRefusal(path, .badData, "has version \(found); this program reads versions 1 to 2")
    }
    let sentence = "lacks its step, configuration or digest; copy or produce the file again"
    for step in [nil, -1] {
      var numbers = Self.numbers
      numbers["step"] = step
      try write(path, texts: Self.texts, numbers: numbers)
      expectRefusal(path, .badData, sentence)
    }
    for configuration in [nil, "", "{", "[]", "{\"depth\": 2}"] {
      var texts = Self.texts
      texts["configuration"] = configuration
      try write(path, texts: texts, numbers: Self.numbers)
      expectRefusal(path, .badData, sentence)
    }
    try write(
      path, texts: Self.texts.filter { $0.key != "digest" }, numbers: Self.numbers)
    expectRefusal(path, .badData, sentence)
    // A number where a text should be, and the other way round.
    try write(
      path, texts: Self.texts.filter { $0.key != "format" },
      numbers: Self.numbers.merging(["format": 1]) { $1 })
    expectRefusal(path, .badData, "is not a checkpoint; give one that training wrote")
    try write(
      path, texts: Self.texts.merging(["version": "1"]) { $1 }, numbers: ["step": 4])
    expectRefusal(path, .badData, "has version none; this program reads versions 1 to 2")
  }

  @Test("no group of parameters, and something else in it than arrays of numbers")
  func parameters() throws {
    let scratch = try Scratch()
    let path = scratch.file("a.h5")
    try write(path, texts: Self.texts, numbers: Self.numbers, group: nil)
    expectRefusal(path, .badData, "has no /parameters; give a file written by cosmic-tagger")
    try write(path, texts: Self.texts, numbers: Self.numbers) { _ = $0.makeGroup("first.bias") }
    expectRefusal(
      path, .badData, "first.bias is not an array of numbers; copy or produce the file again")
    try write(path, texts: Self.texts, numbers: Self.numbers) {
      try $0.makeArray("p", shape: [1, 1, 1, 1, 1], values: [1])
    }
    expectRefusal(path, .badData, "p is not an array of numbers; copy or produce the file again")
  }

  @Test("a file of events", .enabled(if: FileManager.default.fileExists(atPath: events)))
  func larcv() {
    expectRefusal(Self.events, .badData, "is not a checkpoint; give one that training wrote")
  }

  private static let events =
    (ProcessInfo.processInfo.environment["DATA_DIR"] ?? "../shared/data")
    + "/sbnd_events_train.h5"
}
