import Foundation
import Testing

@Suite("iotest and simulate")
struct ReadingTests {
  @Test("iotest prints a line a batch and its totals", .enabled(if: SharedData.isPresent))
  func reading() throws {
    let result = try Tool.run(["iotest", "-f", SharedData.real, "-i", "2", "-mb", "3"])
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    let lines = result.lines
    try #require(lines.count == 9)
    for (number, line) in lines.prefix(2).enumerated() {
      #expect(line.hasPrefix("\(number): Time to fetch a minibatch of data: "))
      #expect(line.wholeMatch(of: /.*: \d+\.\d{4}s/) != nil)
    }
    #expect(lines[2].wholeMatch(of: /Time to read 2 batches of 3 images each: \d+\.\d{4}/) != nil)
    #expect(lines[3].wholeMatch(of: /Total IO Time: \d+\.\d{4}s/) != nil)
    #expect(lines[4] == "Total images read per batch: 3")
    #expect(lines[5].wholeMatch(of: /Average Image IO Throughput: \d+\.\d{4} img\/s/) != nil)
    // 175 729 active pixels of three events.
    #expect(lines[6] == "Active pixels per image: 58576")
    #expect(lines[7].wholeMatch(of: /Voxels of charge and labels: \d+\.\d{2} million\/s/) != nil)
    let bytes = /Bytes of voxels: (\d+\.\d) MB\/s as stored, (\d+\.\d) MB\/s as rows/
    let rates = try #require(try bytes.wholeMatch(in: lines[8]))
    let (stored, rows) = (try #require(Double(rates.1)), try #require(Double(rates.2)))
    // 1,656,260 bytes are stored for twice 175,729 rows of 16, and the last chunk of an event is the
    // next one's first.
    #expect(abs(rows / stored - 3.395) < 0.05 * rows / stored)
  }

  @Test("simulate writes the same images again, others for another seed")
  func simulation() throws {
    let scratch = try Scratch()
    func images(_ name: String, seed: String, _ options: [String] = []) throws -> [String] {
      let written = try Tool.run(
        ["simulate", "--output", name, "--events", "2", "--seed", seed] + options,
        in: scratch.path)
      #expect(written.code == 0)
      #expect(written.output == "Wrote 2 simulated events to \(name)\n")
      #expect(written.error.isEmpty)
      return try Tool.run(["inspect", "--json", "--file", name], in: scratch.path).lines
    }
    let first = try images("a.h5", seed: "7")
    #expect(first.count == 2 * 2 * 3)
    #expect(Set(first).count == first.count)
    #expect(try images("b.h5", seed: "7") == first)
    let refused = try Tool.run(["simulate", "--output", "a.h5"], in: scratch.path)
    #expect(refused.code == 64)
    #expect(
      refused.error
        == "cosmic-tagger: a.h5 exists already: give another name, or --overwrite it\n")
    #expect(try images("a.h5", seed: "8", ["--overwrite"]) != first)
    #expect(scratch.contents == ["a.h5", "b.h5"])
  }

  @Test("simulate writes the same bytes with any number of threads")
  func threads() throws {
    let scratch = try Scratch()
    var files: [Data] = []
    for threads in ["1", "2", "3"] {
      let result = try Tool.run(
        ["simulate", "--output", "x.h5", "--events", "9", "--threads", threads, "--overwrite"]
          + ["--cosmic-muons", "2"], in: scratch.path)
      #expect(result.code == 0)
      files.append(try Data(contentsOf: URL(filePath: scratch.file("x.h5"))))
    }
    #expect(files[1] == files[0])
    #expect(files[2] == files[0])
    let refused = try Tool.run(
      ["simulate", "--output", "y.h5", "--threads", "0"], in: scratch.path)
    expectRefusal(refused, code: 64, "--threads 0 is not possible: use 1 to 1024")
  }

  @Test("Simulated files are trained on like others")
  func training() throws {
    let scratch = try Scratch()
    let quiet = ["simulate", "--output", "quiet.h5", "--events", "1"]
    _ = try Tool.run(
      quiet + ["--cosmic-muons", "0", "--neutrino-fraction", "0"], in: scratch.path)
    let result = try Tool.run(
      ["train", "--sparse", "-f", "quiet.h5", "-i", "2", "-mb", "1"] + TrainTests.small,
      in: scratch.path)
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
  }
}
