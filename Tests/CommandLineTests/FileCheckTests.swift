import Foundation
import LArCV
import Testing

@Suite("inspect --check")
struct FileCheckTests {
  /// Two events of one plane, the labels of the second being what they cannot be.
  private func writeFile(_ path: String, labels: [Float]) throws {
    let writer = try LArCVWriter(path: path, products: ["sbndwire", "sbnd_cosmicseg"])
    for (number, values) in [[1, 2], labels].enumerated() {
      let charge = SparseImage(
        meta: ImageMeta(projection: 0, voxelCounts: [32, 16]),
        ids: values.indices.map { UInt64($0) }, values: values.map { _ in 5 })
      var label = charge
      label.values = values
      try writer.append(
        EventID(run: 1, subrun: 2, event: Int64(number)),
        images: [("sbndwire", [charge]), ("sbnd_cosmicseg", [label])])
    }
    try writer.close()
  }

  @Test("finds nothing wrong with what larcv3 writes", .enabled(if: SharedData.isPresent))
  func sound() throws {
    let result = try Tool.run(["inspect", "--check", "--file", SharedData.real])
    #expect(result.code == 0)
    #expect(result.lines == ["\(SharedData.real): no problems"])
    #expect(result.error.isEmpty)
  }

  @Test("prints the first problems of a kind, how many more there are, and how many in all")
  func problems() throws {
    let scratch = try Scratch()
    try writeFile(scratch.file("a.h5"), labels: (0..<15).map { 3 + Float($0) })
    let result = try Tool.run(["inspect", "--check", "--file", "a.h5"], in: scratch.path)
    #expect(result.code == 65)
    let dataset = "/Data/sparse2d_sbnd_cosmicseg_group/voxels"
    #expect(result.lines.count == 12)
    #expect(
      result.lines.first
        == "\(dataset): event 1: projection 0: voxel 0 (id 0) has label 3.0, which is not 0, 1 or 2"
    )
    #expect(
      result.lines.suffix(2) == ["\(dataset): … and 5 more of this kind", "a.h5: 15 problems"])
    #expect(
      result.error
        == "cosmic-tagger: a.h5 has 15 problems; produce it again, or leave these events out\n")
  }

  @Test("prints them as JSON")
  func json() throws {
    let scratch = try Scratch()
    try writeFile(scratch.file("a.h5"), labels: (0..<11).map { 3 + Float($0) })
    let result = try Tool.run(["inspect", "--check", "--json", "-f", "a.h5"], in: scratch.path)
    #expect(result.code == 65)
    let dataset = #""dataset": "/Data/sparse2d_sbnd_cosmicseg_group/voxels""#
    #expect(
      result.lines.first
        == "{\(dataset), \"entry\": 1, \"kind\": \"label\", "
        + #""problem": "projection 0: voxel 0 (id 0) has label 3.0, which is not 0, 1 or 2"}"#)
    #expect(
      result.lines.suffix(2) == [
        "{\(dataset), \"kind\": \"label\", \"more\": 1}", #"{"file": "a.h5", "problems": 11}"#,
      ])
  }

  @Test("takes a file that cannot be opened for one problem, and none for none")
  func unopened() throws {
    let scratch = try Scratch()
    try "text".write(toFile: scratch.file("a.h5"), atomically: false, encoding: .utf8)
    let result = try Tool.run(["inspect", "--check", "-f", "a.h5"], in: scratch.path)
    #expect(result.code == 65)
    #expect(
      result.lines == [
        "a.h5: is not an HDF5 file; give a file written by larcv3", "a.h5: 1 problem",
      ])
    let absent = try Tool.run(["inspect", "--check", "-f", "b.h5"], in: scratch.path)
    #expect(absent.code == 74)
    #expect(absent.lines.isEmpty)
  }

  @Test("refuses producers that are not in the file, and those named for nothing")
  func producers() throws {
    let scratch = try Scratch()
    try writeFile(scratch.file("a.h5"), labels: [0])
    for option in ["--image-producer", "--label-producer"] {
      expectRefusal(
        try Tool.run(["inspect", "--check", "-f", "a.h5", option, "dune"], in: scratch.path),
        code: 64,
        "a.h5: has no sparse2d of producer \"dune\"; choose among sbnd_cosmicseg, sbndwire")
      let bare = try Tool.run(["inspect", "-f", "a.h5", option, "sbndwire"], in: scratch.path)
      #expect(bare.code == 64)
      #expect(bare.error.contains("\(option) is for --check alone"))
    }
  }
}
