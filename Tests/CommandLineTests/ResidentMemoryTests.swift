import Foundation
import LArCV
import Testing

/// Proves in a process of its own, where no other test disturbs it, that training does not leak.
@Suite("Resident memory")
struct ResidentMemoryTests {
  private static let planes = 3
  private static let voxels = [64, 128]
  private static let events = 25

  /// Whether the program was built with a sanitizer, by `tools/test --sanitize`.
  private static let isWatched =
    ProcessInfo.processInfo.environment["SUBMANIFOLD_SANITIZER"] != nil

  private struct Pixels: RandomNumberGenerator {
    var state: UInt64 = 1
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 31)
    }
  }

  /// Events of very different numbers of pixels, the first of none.
  private func write(_ path: String) throws {
    let writer = try LArCVWriter(path: path, products: ["sbndwire", "sbnd_cosmicseg"])
    var random = Pixels()
    for event in 0..<Self.events {
      var charges: [SparseImage] = []
      var labels: [SparseImage] = []
      for plane in 0..<Self.planes {
        let meta = ImageMeta(projection: plane, voxelCounts: Self.voxels)
        let volume = UInt64(Self.voxels.reduce(1, *))
        let ids = Set((0..<event * 8).map { _ in UInt64.random(in: 0..<volume, using: &random) })
          .sorted()
        charges.append(SparseImage(meta: meta, ids: ids, values: ids.map { _ in 12 }))
        labels.append(SparseImage(meta: meta, ids: ids, values: ids.map { Float($0 % 3) }))
      }
      try writer.append(
        EventID(run: 0, subrun: 0, event: Int64(event)),
        images: [("sbndwire", charges), ("sbnd_cosmicseg", labels)])
    }
    try writer.close()
  }

  /// The most memory, in kilobytes, that a training run had resident at once.
  private func peak(steps: Int, in scratch: Scratch) throws -> Int {
    let tool = try #require(Tool.path(of: "cosmic-tagger"), "the program is not beside the tests")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments =
      ["train", "--sparse", "-f", "events.h5", "-mb", "1", "-i", "\(steps)", "-li", "1000"]
      + ["--network-depth", "2", "--n-initial-filters", "2", "--bottleneck-deepest", "4"]
      + ["--score-events", "0", "--threads", "1"]
    process.currentDirectoryURL = URL(fileURLWithPath: scratch.path)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    var peak = 0
    while process.isRunning {
      // The high-water mark never falls: the last look before the end is as good as all of them.
      peak = max(peak, Self.highWater(of: process.processIdentifier) ?? 0)
      Thread.sleep(forTimeInterval: 0.005)
    }
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return peak
  }

  private static func highWater(of process: Int32) -> Int? {
    let status = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
  }

  @Test(
    "a thousand steps need no more memory than the first hundred",
    .disabled(if: isWatched, "a sanitizer keeps freed memory, so as to notice its use"))
  func training() throws {
    let scratch = try Scratch()
    try write(scratch.file("events.h5"))
    let short = try peak(steps: 100, in: scratch)
    let long = try peak(steps: 1000, in: scratch)
    #expect(short > 1000)
    #expect(Double(long) <= 1.05 * Double(short), "\(short) kB became \(long) kB")
  }
}
