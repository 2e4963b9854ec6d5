import Foundation
import LArCV
import Testing

@Suite("Files that are not what they should be")
struct FileErrorTests {
  static let commands = [["train", "--sparse"], ["iotest"], ["inspect"]]

  @Test("A missing file", arguments: commands)
  func missing(_ command: [String]) throws {
    let scratch = try Scratch()
    expectRefusal(
      try Tool.run(command + ["--file", "none.h5"], in: scratch.path), code: 74,
      "none.h5: cannot be read (No such file or directory); check the path")
    #expect(scratch.contents.isEmpty)
  }

  @Test("A text under the name of a larcv3 file", arguments: commands)
  func text(_ command: [String]) throws {
    let scratch = try Scratch()
    try "run,subrun,event\n".write(toFile: scratch.file("a.h5"), atomically: false, encoding: .utf8)
    expectRefusal(
      try Tool.run(command + ["--file", "a.h5"], in: scratch.path), code: 65,
      "a.h5: is not an HDF5 file; give a file written by larcv3")
  }

  @Test("A folder", arguments: commands)
  func folder(_ command: [String]) throws {
    let scratch = try Scratch()
    expectRefusal(
      try Tool.run(command + ["--file", scratch.path]), code: 74,
      "\(scratch.path): is not a regular file; give a file written by larcv3")
  }

  @Test(
    "A file cut short", .enabled(if: SharedData.isPresent),
    arguments: [0, 7, 100, 4096, 100_000, 860_000, 1_721_826])
  func truncated(_ length: Int) throws {
    let scratch = try Scratch()
    let whole = try Data(contentsOf: URL(fileURLWithPath: SharedData.real))
    try whole.prefix(length).write(to: URL(fileURLWithPath: scratch.file("cut.h5")))
    for command in Self.commands {
      let result = try Tool.run(command + ["--file", "cut.h5"], in: scratch.path)
      #expect(result.code == 65)
      #expect(result.error.hasPrefix("cosmic-tagger: cut.h5: "))
      #expect(result.error.split(separator: "\n").count == 1)
    }
  }

  @Test("A producer that is not in the file", .enabled(if: SharedData.isPresent))
  func producer() throws {
    let scratch = try Scratch()
    for option in ["--image-producer", "--label-producer"] {
      let result = try Tool.run(
        ["train", "--sparse", "--file", SharedData.real, option, "dunewire"], in: scratch.path)
      expectRefusal(
        result, code: 64,
        "\(SharedData.real): has no sparse2d of producer \"dunewire\"; "
          + "choose among sbnd_cosmicseg, sbndwire")
    }
  }

  private func write(_ path: String, events: [[SparseImage]]) throws {
    let writer = try LArCVWriter(path: path, products: ["sbndwire", "sbnd_cosmicseg"])
    for (number, images) in events.enumerated() {
      try writer.append(
        EventID(run: 0, subrun: 0, event: Int64(number)),
        images: [("sbndwire", images), ("sbnd_cosmicseg", images)])
    }
    try writer.close()
  }

  @Test("A file without events, and one whose events have no planes")
  func nothing() throws {
    let scratch = try Scratch()
    try write(scratch.file("none.h5"), events: [])
    try write(scratch.file("planeless.h5"), events: [[], []])
    for command in [["train", "--sparse"], ["iotest"]] {
      expectRefusal(
        try Tool.run(command + ["--file", "none.h5"], in: scratch.path), code: 65,
        "none.h5 has no events: choose a file with at least one")
      expectRefusal(
        try Tool.run(command + ["--file", "planeless.h5"], in: scratch.path), code: 65,
        "none of the first 2 events of planeless.h5 has any planes: choose another file, or "
          + "another --image-producer")
    }
    let inspection = try Tool.run(["inspect", "--file", "none.h5"], in: scratch.path)
    #expect(inspection.code == 0)
    #expect(inspection.lines.first == "none.h5: 0 events")
  }

  @Test("Empty images are events like others")
  func empty() throws {
    let scratch = try Scratch()
    let images = (0..<3).map { plane in
      SparseImage(
        meta: ImageMeta(projection: plane, voxelCounts: [128, 64]), ids: [], values: [])
    }
    try write(scratch.file("empty.h5"), events: [images, images])
    let result = try Tool.run(
      ["train", "--sparse", "-f", "empty.h5", "-i", "2", "-mb", "5"] + TrainTests.small,
      in: scratch.path)
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    #expect(result.lines.contains { $0.hasPrefix("train Step 1 metrics: loss: 0, accuracy: 1,") })
  }

  @Test("Events of another size in the middle of a file", .enabled(if: SharedData.isPresent))
  func otherSize() throws {
    let scratch = try Scratch()
    let result = try Tool.run(
      ["iotest", "--file", SharedData.odd, "--access", "serial_access", "-mb", "4", "-i", "9"],
      in: scratch.path)
    expectRefusal(
      result, code: 65,
      "projection 1 of entry 7 of \(SharedData.odd) is [128, 33] pixels large where the first "
        + "event has [64, 40]: all images of a run need one size, so leave the event out")
  }
}
