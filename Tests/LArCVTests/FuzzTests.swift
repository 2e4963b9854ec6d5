import CHDF5
import DamagedFiles
import Foundation
import LArCV
import Testing

@Suite("Files that somebody damaged on purpose")
struct FuzzTests {
  /// Small files of all forms, and of the real larcv3 where they are at hand.
  static func sources(in folder: String) throws -> [[UInt8]] {
    var forms = [StoredForm(), StoredForm(), StoredForm(), StoredForm()]
    forms[0].deflate = 1
    (forms[1].isShuffled, forms[1].hasChecksums, forms[1].tracksOrder) = (true, true, true)
    (forms[2].layout, forms[2].validIsEnumeration) = (.contiguous, true)
    (forms[3].versions, forms[3].hasExtraObjects) = ((H5F_LIBVER_V18, H5F_LIBVER_V110), true)
    var paths: [String] = []
    for (number, form) in forms.enumerated() {
      paths.append("\(folder)/source-\(number).h5")
      try StoredFile(form: form).write(StoredContent(), to: paths[number])
    }
    if SharedData.isPresent { paths += [SharedData.small, SharedData.allTypes] }
    return try paths.map { try Array(Data(contentsOf: URL(fileURLWithPath: $0))) }
  }

  @Test("end in an error, not in a crash, a hang, or all memory gone")
  func files() async throws {
    let scratch = try Scratch()
    var next = FuzzWork.first
    let end = FuzzWork.first + FuzzWork.caseCount
    while next < end {
      let folder = scratch.path
      let cases = [next, min(next + FuzzWork.share, end)]
      await #expect(processExitsWith: .success, "case \(cases)") {
        [folder = folder as String, cases = cases as [UInt64]] in
        try FuzzWork(sources: FuzzTests.sources(in: folder), folder: folder)
          .run(cases[0]..<cases[1]) { path in
            do throws(LArCVError) { try Exhaustive.read(path) } catch {}
            do throws(LArCVError) {
              var check = try FileCheck(path: path, labelProducer: "sbndwire", limit: 2)
              check.run()
            } catch {}
          }
        try Data("end".utf8).write(to: URL(fileURLWithPath: "\(folder)/end"))
      }
      if FileManager.default.fileExists(atPath: scratch.file("end")) {
        try FileManager.default.removeItem(atPath: scratch.file("end"))
        next = cases[1]
      } else {
        let noted = FuzzWork.noted(in: scratch.path)
        Issue.record("case \(noted.map(String.init) ?? "none") ended the process")
        next = (noted ?? next) + 1
      }
    }
  }
}
