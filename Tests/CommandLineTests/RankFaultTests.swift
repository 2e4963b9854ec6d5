import Foundation
import Testing

/// Proves that a rank that fails takes all others with it, soon, and that what was learned is kept.
@Suite("Ranks that fail", .enabled(if: Launcher.isPresent), .serialized)
struct RankFaultTests {
  private static func command(_ log: String, iterations: Int = 100_000) -> [String] {
    ["train", "-d", "--sparse", "--preset", "a21", "--downsample", "5", "--network-depth", "3"]
      + ["--threads", "1", "--no-tensorboard", "-mb", "2", "-i", "\(iterations)", "-ld", log]
      + ["--checkpoint-iteration", "2", "--score-events", "0", "--quiet"]
  }

  /// Waits until there is a checkpoint, then for a random time, then does something, and tells at which
  /// second.
  private static func soon(_ log: String, _ action: String) -> String {
    "for i in $(seq 300); do ls \(log)/checkpoints/model-*.h5 > /dev/null 2>&1 && break; sleep 0.1; done; "
      + "sleep 0.$((RANDOM % 10)); \(action); date +%s.%N > \(log)/began"
  }

  /// What comes after: the run goes on from its last checkpoint.
  private func expectResumable(_ log: String) throws {
    let folder = URL(filePath: "\(log)/checkpoints")
    let steps = try FileManager.default.contentsOfDirectory(atPath: folder.path).compactMap {
      $0.firstMatch(of: /model-(\d+)\.h5/).flatMap { Int($0.1) }
    }
    let last = try #require(steps.max())
    let resumed = try Launcher.run(2, Self.command(log, iterations: last + 2))
    #expect(resumed.code == 0, "\(resumed.error)")
    #expect(FileManager.default.fileExists(atPath: "\(folder.path)/model-\(last + 2).h5"))
  }

  @Test("a rank that is killed, whichever it is", arguments: ["head", "tail"])
  func killed(which: String) throws {
    let scratch = try Scratch()
    let log = scratch.file("log")
    let run = try Launcher.run(
      2, Self.command(log),
      beside: Self.soon(
        log, "kill -9 $(pgrep -f -- \"^[^ ]*cosmic-tagger.*\(log)\" | sort -n | \(which) -1)"))
    let seconds = try Date.now.timeIntervalSince1970 - began(log)
    #expect(run.code != 0)
    #expect(seconds < 10, "all ranks are down after \(seconds) s")
    #expect(run.error.contains("signal 9"), "\(run.error)")
    try expectResumable(log)
  }

  @Test("a warning by SIGUSR1 ends all after a checkpoint")
  func warned() throws {
    let scratch = try Scratch()
    let log = scratch.file("log")
    let run = try Launcher.run(
      2, Self.command(log), beside: Self.soon(log, "pkill -USR1 -f -- '^mpirun.*\(log)'"))
    #expect(run.code == 143, "\(run.error)")
    #expect(run.error.contains("the same command goes on from there"))
    #expect(run.error.components(separatedBy: "cosmic-tagger: ").count == 2)
    try expectResumable(log)
  }

  @Test("an event that cannot be used, on one rank", .enabled(if: SharedData.isPresent))
  func badEvent() throws {
    let scratch = try Scratch()
    let file = scratch.file("bad.h5")
    let bytes = try Data(contentsOf: URL(filePath: SharedData.real))
    // The voxels of the last event: what a disk may do to a file.
    var damaged = bytes
    for place in stride(from: bytes.count * 9 / 10, to: bytes.count * 95 / 100, by: 97) {
      damaged[place] ^= 0x55
    }
    try damaged.write(to: URL(filePath: file))
    let log = scratch.file("log")
    let run = try Launcher.run(2, Self.command(log) + ["-f", file])
    #expect(run.code == 65, "\(run.error)")
    #expect(run.error.components(separatedBy: "cosmic-tagger: ").count == 2, "\(run.error)")
    #expect(run.error.contains("bad.h5"))
  }

  private func began(_ log: String) throws -> Double {
    let text = try String(contentsOfFile: "\(log)/began", encoding: .utf8)
    return try #require(Double(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }
}
