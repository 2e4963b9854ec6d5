import Foundation
import LArCV
import Testing

@Suite("show")
struct ShowTests {
  private func isPNG(_ path: String) throws -> Bool {
    try Data(contentsOf: URL(fileURLWithPath: path)).starts(with: [0x89, 0x50, 0x4E, 0x47])
  }

  @Test("draws a simulated event to the name it has by default")
  func simulated() throws {
    let scratch = try Scratch()
    let result = try Tool.run(["show", "--entry", "7", "--downsample", "4"], in: scratch.path)
    #expect(result.code == 0 && result.error.isEmpty)
    #expect(result.lines == ["Event picture: event-7.png"])
    #expect(try isPNG(scratch.file("event-7.png")))
    #expect(scratch.contents == ["event-7.png"])
  }

  @Test("reads images as the checkpoint's network saw them, and options say otherwise")
  func checkpoint() throws {
    let scratch = try Scratch()
    #expect(
      try Tool.run(
        ["train", "--sparse", "-i", "1", "-mb", "1", "-ld", "log"] + TrainTests.small,
        in: scratch.path
      ).code == 0)
    for more in [[], ["--dense"], ["--masked"], ["--downsample", "4", "--threads", "1"]] {
      let result = try Tool.run(
        ["show", "--checkpoint", "log", "-o", "event.html"] + more, in: scratch.path)
      #expect(result.code == 0, "\(result.error)")
      // Four lines of planes and their mean below two of headers.
      #expect(result.lines.count == 7 && result.lines.last == "Event picture: event.html")
      let page = try String(contentsOfFile: scratch.file("event.html"), encoding: .utf8)
      #expect(page.contains(more.contains("4") ? "80 × 128 pixels" : "40 × 64 pixels"))
      #expect(page.contains("errors") && page.contains("log/checkpoints/model-1.h5"))
    }
    let deep = try Tool.run(
      ["show", "--checkpoint", "log", "--downsample", "8"], in: scratch.path)
    expectRefusal(
      deep, code: 64,
      "images of 5×8 (drift × wire) cannot be halved 1 times, as the network of "
        + "log/checkpoints/model-1.h5 halves them: use --downsample 5, or images of the size it "
        + "was trained on")
  }

  @Test("computes full images where the network has no other form")
  func fullImages() throws {
    let scratch = try Scratch()
    let train = try Tool.run(
      ["train", "-i", "1", "-mb", "1", "--no-summary-images"] + TrainTests.small, in: scratch.path)
    #expect(train.code == 0)
    let result = try Tool.run(["show", "--checkpoint", "log", "-o", "x.png"], in: scratch.path)
    #expect(result.code == 0, "\(result.error)")
    #expect(try isPNG(scratch.file("x.png")))
    for mode in ["--sparse", "--masked"] {
      expectRefusal(
        try Tool.run(["show", "--checkpoint", "log", mode], in: scratch.path), code: 64,
        "the network of log/checkpoints/model-1.h5 is one for full images, which has no form for "
          + "\(mode): leave that out")
    }
  }

  @Test("shows charge alone where a file has no labels")
  func unlabelled() throws {
    let scratch = try Scratch()
    #expect(
      try Tool.run(["simulate", "--output", "x.h5", "--events", "1"], in: scratch.path).code == 0)
    let reader = try LArCVReader(path: scratch.file("x.h5"))
    let writer = try LArCVWriter(path: scratch.file("bare.h5"), products: ["sbndwire"])
    try writer.append(
      reader.eventID(entry: 0),
      images: [("sbndwire", reader.sparseImages(producer: "sbndwire", entry: 0))])
    try writer.close()
    let result = try Tool.run(
      ["show", "-f", "bare.h5", "-o", "x.png", "--downsample", "3"], in: scratch.path)
    #expect(result.code == 0, "\(result.error)")
    #expect(
      result.lines == [
        "bare.h5 has no product sparse2d_sbnd_cosmicseg: truth is not shown",
        "Event picture: x.png",
      ])
    expectRefusal(
      try Tool.run(
        ["show", "-f", "bare.h5", "--label-producer", "other", "-o", "y.png"], in: scratch.path),
      code: 64, "bare.h5: has no sparse2d of producer \"other\"; choose among sbndwire")
    expectRefusal(
      try Tool.run(["show", "-f", "x.h5", "--entry", "1"], in: scratch.path), code: 64,
      "--entry 1 is not in x.h5, which has 1 event: use 0")
  }

  @Test("refuses what it cannot show, and leaves no picture")
  func refused() throws {
    let scratch = try Scratch()
    for (options, sentence) in [
      (["--entry", "-1"], "--entry -1 is not possible: use 0 or more"),
      (
        ["-o", "event.jpg"],
        "event.jpg is no kind of picture: give --output a name that ends in .png or .html"
      ),
      (["--threads", "0"], "--threads 0 is not possible: use 1 to 256"),
      (["--downsample", "9"], "--downsample 9 is not possible: use 0 to 8"),
      (
        ["--dense"],
        "--sparse, --dense and --masked say how a network computes: give one with --checkpoint"
      ),
    ] {
      expectRefusal(try Tool.run(["show"] + options, in: scratch.path), code: 64, sentence)
    }
    expectRefusal(
      try Tool.run(["show", "-o", "no/event.png"], in: scratch.path), code: 74,
      "no/event.png cannot be written (No such file or directory): choose another --output")
    #expect(try Tool.run(["show", "-f", "none.h5"], in: scratch.path).code == 74)
    #expect(try Tool.run(["show", "--checkpoint", "none"], in: scratch.path).code == 74)
    expectUsage(
      try Tool.run(["show", "--axes", "auto"]),
      "--axes describes the images of a file: give one with --file")
    expectUsage(
      try Tool.run(["show", "-f", "x.h5", "--seed", "1"]),
      "--seed is of simulated events: leave it out, or leave out --file")
    #expect(scratch.contents.isEmpty)
  }
}
