import Foundation
import Testing

@Suite("report")
struct ReportTests {
  /// A log directory with some files.
  private func folder(_ files: [String: String], name: String = "log") throws -> Scratch {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.file(name), withIntermediateDirectories: true)
    for (file, text) in files {
      try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.file("\(name)/\(file)")))
    }
    return scratch
  }

  @Test("of a finished run shows its figures, curves and events")
  func finished() throws {
    let scratch = try Scratch()
    let name = "a <b> & c"
    let train = try Tool.run(
      ["train", "--sparse", "-i", "2", "-mb", "1", "-ld", name, "--score-events", "3"]
        + TrainTests.small.dropLast(2), in: scratch.path)
    #expect(train.code == 0, "\(train.error)")
    let lines = (0..<40).map { "\($0),\(3.0 / Double($0 + 1)),0.5,nan" }
    try Data(
      (["step,loss,Average/Neutrino_IoU,plane0/<x>"] + lines).joined(separator: "\n").utf8
    ).write(to: URL(fileURLWithPath: scratch.file("\(name)/train_metrics.csv")))
    try Data("step,seconds,events\n0,0.5,1\n1,0.25,1\n".utf8).write(
      to: URL(fileURLWithPath: scratch.file("\(name)/throughput.csv")))
    let result = try Tool.run(["report", name, "-o", "page.html"], in: scratch.path)
    #expect(result.code == 0, "\(result.error)")
    #expect(result.lines == ["Report: page.html"])
    let page = try String(contentsOfFile: scratch.file("page.html"), encoding: .utf8)
    for text in [
      "Training run a &lt;b&gt; &amp; c", "everything active is cosmic", "Loss, logarithmic",
      "Neutrino IoU", "There is no test_metrics.csv", "Events a second", "n-initial-filters: 2",
      "class=\"matrix\"", "data:image/png;base64,",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    #expect(!page.contains("<b>") && !page.contains("src=\"http"))
    let scores = try JSONSerialization.jsonObject(
      with: Data(contentsOf: URL(fileURLWithPath: scratch.file("\(name)/scores.json"))))
    let object = try #require(scores as? [String: Any])
    #expect((object["predictions"] as? [Any])?.count == 5)
    #expect((object["per_event"] as? [Any])?.count == 3)
  }

  @Test(
    "of a folder with one file says what is missing",
    arguments: ["config.yaml", "train_metrics.csv", "test_metrics.csv", "throughput.csv"])
  func partial(_ file: String) throws {
    let scratch = try folder([file: file == "config.yaml" ? "seed: 1\n" : "step,loss\n0,1\n"])
    let result = try Tool.run(["report", "log"], in: scratch.path)
    #expect(result.code == 0, "\(result.error)")
    let page = try String(contentsOfFile: scratch.file("log/report.html"), encoding: .utf8)
    #expect(page.contains("There is no scores.json in this folder"))
    #expect(file == "config.yaml" || page.contains("There is no config.yaml"))
    #expect(file == "train_metrics.csv" || page.contains("There is no train_metrics.csv"))
  }

  @Test("of a folder without a run, and of none, ends with code 74")
  func nothing() throws {
    let scratch = try folder(["other.txt": ""])
    for name in ["log", "none"] {
      expectRefusal(
        try Tool.run(["report", name], in: scratch.path), code: 74,
        "\(name) has none of config.yaml, train_metrics.csv, test_metrics.csv, "
          + "validation_metrics.csv, throughput.csv, scores.json: give the --log-directory of a run"
      )
    }
    expectUsage(try Tool.run(["report"]), "Missing expected argument '<log-directory>'")
  }

  @Test("of damaged files ends with code 65, and leaves no page")
  func damaged() throws {
    let scratch = try folder(["train_metrics.csv": "step,loss\n0,1\n1,x\n2,3\n"])
    expectRefusal(
      try Tool.run(["report", "log"], in: scratch.path), code: 65,
      "log/train_metrics.csv, line 3 has \"x\" where a number is expected: remove the line")
    #expect(!FileManager.default.fileExists(atPath: scratch.file("log/report.html")))
    for (text, reason) in [("{", "it is no JSON"), ("{}", "events is missing"), ("[1]", "")] {
      let scored = try folder(["scores.json": text])
      let result = try Tool.run(["report", "log"], in: scored.path)
      #expect(result.code == 65)
      #expect(result.error.contains("log/scores.json is not what scoring writes (\(reason)"))
    }
    let page = try folder(["config.yaml": ""])
    let unwritable = try Tool.run(["report", "log", "-o", "no/page.html"], in: page.path)
    expectRefusal(
      unwritable, code: 74,
      "no/page.html cannot be written (No such file or directory): choose another --output")
  }
}
