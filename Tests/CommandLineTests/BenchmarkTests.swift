import Foundation
import Testing

@Suite("sparse-benchmark")
struct BenchmarkTests {
  private func run(_ arguments: [String], in folder: String? = nil) throws -> Tool.Result {
    try Tool.run(arguments, program: "sparse-benchmark", in: folder)
  }

  /// So little work that a run takes no time.
  private static let anyLayers = [
    "layers", "--sites", "200", "--widths", "4", "--threads", "1", "--seconds", "0", "--occupancy",
  ]
  private static let layers = anyLayers + ["0.5"]

  private func entries(_ path: String, peaks: Int = 1) throws -> [[String: Any]] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["benchmark"] != nil && object["instruction_set"] != nil)
    #expect((object["peaks"] as? [Any])?.count == peaks)
    return try #require(object["entries"] as? [[String: Any]])
  }

  @Test("times every pass of every layer, and compares with the run before")
  func layers() throws {
    let scratch = try Scratch()
    let first = try run(Self.layers + ["--json", "a.json"], in: scratch.path)
    #expect(first.code == 0)
    #expect(first.error.isEmpty)
    let entries = try entries(scratch.file("a.json"))
    #expect(entries.count == 12)
    let forward = try #require(
      entries.first { $0["name"] as? String == "random 50 %/submanifold/4/forward/1 thread" })
    let pairs = try #require(forward["pairs"] as? Int)
    #expect(pairs > 200 && forward["multiply_adds"] as? Int == 16 * pairs)
    #expect(first.lines.contains { $0.hasPrefix("network-in-network") })

    let second = try run(Self.layers + ["--compare", "a.json"], in: scratch.path)
    #expect(second.code == 0)
    #expect(second.lines.contains { $0.hasPrefix("random 50 %/submanifold/4/forward/1 thread") })
    #expect(
      second.lines.last?.wholeMatch(
        of: /12 entries, \d+\.\d\d times as fast \(geometric mean\)/) != nil)
    let other = try run(
      Self.anyLayers + ["0.25", "--compare", "a.json"], in: scratch.path)
    #expect(
      other.lines.last
        == "Nothing of a.json was timed again: no entry has the same name and the same work")
  }

  @Test("times networks on more and more sites")
  func networks() throws {
    let scratch = try Scratch()
    let result = try run(
      [
        "networks", "--presets", "a21", "--scale", "20", "60", "--steps", "1", "--warm-up", "0",
        "--threads", "1", "--json", "n.json",
      ], in: scratch.path)
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    #expect(result.lines.count { $0.hasPrefix("a21 random ") } == 2)
    #expect(try entries(scratch.file("n.json")).count == 6)
  }

  @Test("times rulebooks by every index, which all make the same")
  func rulebooks() throws {
    let scratch = try Scratch()
    let options = ["rulebooks", "--random", "0.3", "--sites", "200", "--depth", "1", "--totals"]
    let result = try run(
      options + ["--repetitions", "1", "--threads", "1", "--json", "r.json"], in: scratch.path)
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    let rows = result.lines.filter { $0.hasPrefix("all ") }
    #expect(rows.count == 5)
    #expect(Set(rows.compactMap { $0.split(separator: " ").last }).count == 1)
    #expect(try entries(scratch.file("r.json"), peaks: 0).count == 5)

    let withoutHash = try run(options + ["--repetitions", "1", "--index", "automatic"])
    #expect(withoutHash.code == 0)
    let row = withoutHash.lines.first { $0.hasPrefix("all ") }
    #expect(row?.split(separator: " ").dropLast().last == "-")
  }

  @Test("shares of pixels that make no image are refused", arguments: ["0", "1e-40", "2", "nan"])
  func occupancies(share: String) throws {
    for command in [["layers", "--occupancy", share], ["rulebooks", "--random", share]] {
      let result = try run(command)
      #expect(result.code == 64)
      #expect(result.error.contains("shares from 1e-6 to 1"))
    }
  }

  @Test("compares only files of its own kind")
  func refusals() throws {
    let scratch = try Scratch()
    let cases: [(text: String?, code: Int32, sentence: String)] = [
      (nil, 74, "cannot be read: give --compare the --json file of an earlier run"),
      (
        "[1, 2]", 65,
        "holds no figures of sparse-benchmark: give --compare the --json file of an earlier run"
      ),
      (
        #"{"benchmark": "networks", "instruction_set": "x", "peaks": [], "entries": []}"#, 65,
        "holds figures of sparse-benchmark networks, which cannot be compared with those of layers"
      ),
    ]
    for (number, refused) in cases.enumerated() {
      let name = "\(number).json"
      if let text = refused.text {
        try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.file(name)))
      }
      let result = try run(Self.layers + ["--compare", name], in: scratch.path)
      #expect(result.code == refused.code)
      #expect(result.error == "sparse-benchmark: \(name) \(refused.sentence)\n")
      #expect(result.output.isEmpty)
    }
  }

  @Test(
    "refuses what it cannot do",
    arguments: [
      ["layers", "--widths", "0"], ["layers", "--occupancy", "1.5"], ["layers", "--threads", "0"],
      ["layers", "--levels", "17"], ["layers", "--seconds", "nan"], ["networks", "--batches", "0"],
      ["networks", "--scale", "0"], ["networks", "--occupancy", "0"],
    ])
  func usage(_ arguments: [String]) throws {
    let result = try run(arguments)
    #expect(result.code == 64)
    #expect(result.error.hasPrefix("Error: "))
    #expect(!result.error.contains("Fatal error"))
  }
}
