import Foundation
import Testing

@Suite("profile")
struct ProfileTests {
  /// A network and images so small that a run takes no time.
  private static let small = [
    "--network-depth", "1", "--n-initial-filters", "2", "--bottleneck-deepest", "4",
    "--downsample", "5", "-mb", "1", "--steps", "3", "--warm-up", "1", "--threads", "1",
  ]

  private func object(_ path: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("prints layers, the parts of a step, rulebooks and memory, and writes both files")
  func simulated() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["profile", "--sparse", "--json", "p.json", "--trace", "t.json"] + Self.small,
      in: scratch.path)
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    #expect(scratch.contents == ["p.json", "t.json"])
    let lines = result.lines
    #expect(lines[0].hasPrefix("Profile of uresnet: 3 training steps and inferences, 1 to warm up"))
    #expect(lines[1].hasPrefix("Peak of 1 thread: "))
    for start in [
      "layer ", "initial ", "  convolution ", "level0.down ", "  block0.first.convolution ",
      "classifier ", "convolutions ", "optimizer ", "exposed planning ", "inference ",
      "level  rulebook ", "    0  submanifold 1×5×5 ", "    0  strided 1×2×2/1×2×2 ",
      "level  ns/site, alone ", "Memory: ",
    ] {
      #expect(lines.contains { $0.hasPrefix(start) }, "\(start)")
    }
    #expect(lines.allSatisfy { $0.count <= 110 })
    try checkReport(object(scratch.file("p.json")))
    try checkTrace(object(scratch.file("t.json")))
  }

  private func checkReport(_ report: [String: Any]) throws {
    for key in [
      "train_step_seconds", "inference_seconds", "planning_seconds", "exposed_planning_seconds",
      "sites", "peak_resident_bytes", "allocations_per_step", "non_convolution_seconds",
      "peak_gflops", "bandwidth_gigabytes_per_second", "forward_seconds", "backward_seconds",
      "optimizer_seconds", "arena_high_water_bytes", "bytes_per_site",
    ] {
      #expect((report[key] as? Double).map { $0 >= 0 } == true, "\(key)")
    }
    #expect(report["preset"] as? String == "uresnet")
    #expect(report["threads"] as? Int == 1)
    #expect(report["downsample"] as? Int == 5)
    #expect(report["batch"] as? Int == 1)
    #expect((report["instruction_set"] as? String)?.isEmpty == false)
    let layers = try #require(report["layers"] as? [[String: Any]])
    #expect(layers.count > 20)
    let convolution = try #require(
      layers.first { $0["name"] as? String == "level0.down.block0.first.convolution" })
    let (pairs, products) = (
      try #require(convolution["pairs"] as? Int), try #require(convolution["multiply_adds"] as? Int)
    )
    // Two channels in and two out.
    #expect(pairs > 0 && products == 4 * pairs)
    #expect((convolution["algorithm"] as? String)?.isEmpty == false)
    #expect((convolution["backward_seconds"] as? Double).map { $0 > 0 } == true)
    let rulebooks = try #require(report["rulebooks"] as? [[String: Any]])
    let first = try #require(rulebooks.first)
    #expect((first["nanoseconds_per_site"] as? [String: Double])?["sparsehash"] != nil)
    #expect((first["pairs_per_offset"] as? [Int])?.reduce(0, +) == first["pairs"] as? Int)
  }

  private struct Slice {
    let name: String
    let row: Int
    let start: Double
    let end: Double

    init(_ event: [String: Any]) throws {
      #expect(event["ph"] as? String == "X")
      #expect(event["pid"] as? Int == 0)
      name = try #require(event["name"] as? String)
      row = try #require(event["tid"] as? Int)
      start = try #require(event["ts"] as? Double)
      end = start + (try #require(event["dur"] as? Double))
    }
  }

  private func checkTrace(_ trace: [String: Any]) throws {
    let events = try #require(trace["traceEvents"] as? [[String: Any]])
    let slices = try events.map(Slice.init)
    let names = Set(slices.map(\.name))
    #expect(
      names.isSuperset(of: [
        "step 0", "step 2", "forward", "backward", "optimizer", "inference 0", "plan of step 0",
        "submanifold 1×3×3", "convolution", "level0.down.block0.first.convolution",
      ]))
    // What shares a row is one within the other or one after the other, to the nanosecond.
    for row in Set(slices.map(\.row)) {
      var ends: [Double] = []
      for slice in slices.filter({ $0.row == row }).sorted(by: {
        $0.start != $1.start ? $0.start < $1.start : $0.end > $1.end
      }) {
        while let end = ends.last, end <= slice.start + 0.0015 { ends.removeLast() }
        #expect(ends.last.map { slice.end <= $0 + 0.0015 } ?? true, "\(slice.name)")
        ends.append(slice.end)
      }
    }
  }

  @Test(
    "prints only the slowest layers if asked to, and takes real events",
    .enabled(if: SharedData.isPresent))
  func top() throws {
    let result = try Tool.run(
      ["profile", "--sparse", "--file", SharedData.real, "--top", "2", "--preset", "a21"]
        + Self.small)
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    let end = result.lines.firstIndex { $0.hasPrefix("training step") } ?? 0
    // A title, the peak, two lines of header, and the two.
    #expect(end == 6)
  }

  @Test(
    "refuses what it cannot do",
    arguments: [
      (["--steps", "0"], "--steps 0 is not possible: use 1 to 100000"),
      (["--warm-up", "-1"], "--warm-up -1 is not possible: use 0 to 100000"),
      (["--top", "0"], "--top 0 is not possible: use 1 or more"),
      (["--threads", "0"], "--threads 0 is not possible: use 1 to 256"),
    ])
  func refusals(_ options: [String], _ sentence: String) throws {
    expectRefusal(try Tool.run(["profile"] + options), code: 64, sentence)
  }

  @Test("finds before it begins that a file cannot be written", arguments: ["--json", "--trace"])
  func unwritable(_ option: String) throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["profile", option, "missing/x.json"] + Self.small, in: scratch.path)
    expectRefusal(
      result, code: 74,
      "missing/x.json cannot be written (No such file or directory): choose another \(option)")
    #expect(result.output.isEmpty)
  }
}
