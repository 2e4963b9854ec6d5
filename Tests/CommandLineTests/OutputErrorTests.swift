import Foundation
import Testing

@Suite("Output that cannot be written")
struct OutputErrorTests {
  @Test("A log directory that is a file")
  func logDirectory() throws {
    let scratch = try Scratch()
    try Data().write(to: URL(fileURLWithPath: scratch.file("log")))
    for name in ["log", "log/run"] {
      expectRefusal(
        try Tool.run(["train", "--sparse", "-ld", name], in: scratch.path), code: 74,
        "the folder \"\(name)\" cannot be made (Not a directory): choose another --log-directory")
    }
  }

  @Test("Simulated events in a folder that is missing, or under a folder's name")
  func simulation() throws {
    let scratch = try Scratch()
    expectRefusal(
      try Tool.run(["simulate", "--output", "missing/x.h5"], in: scratch.path), code: 74,
      "missing/x.h5: cannot be made (No such file or directory); check its directory")
    expectRefusal(
      try Tool.run(["simulate", "--output", scratch.path]), code: 64,
      "\(scratch.path): cannot be a file's name; give the path of a file")
    #expect(scratch.contents.isEmpty)
  }

  @Test("An auxiliary file that is missing is found before training")
  func auxiliaryFile() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["train", "--sparse", "--aux-file", "none.h5"] + TrainTests.small, in: scratch.path)
    expectRefusal(
      result, code: 74, "none.h5: cannot be read (No such file or directory); check the path")
    #expect(!result.output.contains("train Step"))
  }

  @Test(
    "A full disk and a closed stream",
    arguments: [
      ("tool >/dev/full", "No space left on device"), ("tool >&-", "Bad file descriptor"),
    ])
  func refusedOutput(_ shell: String, _ reason: String) throws {
    let scratch = try Scratch()
    for command in [["iotest", "-i", "1", "-mb", "1"], ["train", "--sparse"] + TrainTests.small] {
      let result = try Tool.run(command, in: scratch.path, shell: shell)
      expectRefusal(result, code: 74, "the output cannot be written (\(reason))")
    }
  }

  @Test("A reader that has seen enough", .enabled(if: SharedData.isPresent))
  func closedPipe() throws {
    for command in [["inspect", "--json"], ["inspect"], ["iotest", "-i", "3"]] {
      let result = try Tool.run(command + ["--file", SharedData.real], shell: "tool | head -1")
      #expect(result.code == 0)
      #expect(result.lines.count == 1)
      #expect(result.error.isEmpty || result.error.hasPrefix("cosmic-tagger: the output cannot"))
      #expect(result.error.split(separator: "\n").count <= 1)
    }
  }

  @Test("A broken pipe whose signal is ignored")
  func ignoredSignal() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["train", "--sparse"] + TrainTests.small, in: scratch.path,
      shell: "trap '' PIPE; tool | head -1")
    #expect(result.output == "-- CONFIG --\n")
    #expect(result.error == "cosmic-tagger: the output cannot be written (Broken pipe)\n")
  }

  @Test("Errors are lost in silence when nobody can hear them")
  func closedErrors() throws {
    for shell in ["tool 2>&-", "tool 2>/dev/full"] {
      let result = try Tool.run(["inspect", "--file", "none.h5"], shell: shell)
      #expect(result.code == 74)
      #expect(result.output.isEmpty && result.error.isEmpty)
    }
  }
}
