import DamagedFiles
import Files
import Foundation
import Testing
import Training

@Suite("Checkpoints that somebody damaged on purpose")
struct CheckpointFuzzTests {
  /// A small network's, and one with all that training goes on from.
  static func sources(in folder: String) throws -> [[UInt8]] {
    let weight = Checkpoint.Entry(
      name: "first.weight", shape: [2, 3], values: [0.1, 2, 3, 4, 5, 6])
    let bias = Checkpoint.Entry(name: "first.bias", shape: [3], values: [1, 2, 3])
    let many = (0..<40).map {
      Checkpoint.Entry(name: "layer\($0).weight", shape: [4], values: [1, 2, 3, Float($0)])
    }
    return try [[bias, weight], many].enumerated().map { number, entries in
      let path = "\(folder)/source-\(number).h5"
      try Checkpoint(parameters: entries, step: 7, configuration: ["network-depth": "2"])
        .write(to: path)
      return try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    }
  }

  @Test("end in an error, not in a crash, a hang, or all memory gone")
  func files() async throws {
    let scratch = try Scratch()
    let folder = scratch.path
    try await FuzzWork.shareOut(in: folder) { cases in
      await #expect(processExitsWith: .success, "cases \(cases)") {
        [folder = folder as String, cases = cases as Range<UInt64>] in
        try FuzzWork(sources: CheckpointFuzzTests.sources(in: folder), folder: folder)
          .run(cases) { path in
            do throws(FileError) { _ = try Checkpoint(contentsOf: path) } catch {}
          }
      }
    } lost: { number in
      Issue.record("case \(number.map(String.init) ?? "none") ended the process")
    }
  }
}
