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
    var next = FuzzWork.first
    let end = FuzzWork.first + FuzzWork.caseCount
    while next < end {
      let folder = scratch.path
      let cases = [next, min(next + FuzzWork.share, end)]
      await #expect(processExitsWith: .success, "case \(cases)") {
        [folder = folder as String, cases = cases as [UInt64]] in
        try FuzzWork(sources: CheckpointFuzzTests.sources(in: folder), folder: folder)
          .run(cases[0]..<cases[1]) { path in
            do throws(FileError) { _ = try Checkpoint(contentsOf: path) } catch {}
          }
        try Data("end".utf8).write(to: URL(fileURLWithPath: "\(folder)/end"))
      }
      guard let noted = FuzzWork.noted(in: scratch.path) else {
        Issue.record("no case of \(cases) was begun")
        return
      }
      if FileManager.default.fileExists(atPath: scratch.file("end")) {
        try FileManager.default.removeItem(atPath: scratch.file("end"))
        next = cases[1]
      } else {
        Issue.record("case \(noted) ended the process")
        next = noted + 1
      }
    }
  }
}
