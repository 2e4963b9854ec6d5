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
    let folder = scratch.path
    try await FuzzWork.shareOut(in: folder) { cases in
      await #expect(processExitsWith: .success, "cases \(cases)") {
        [folder = folder as String, cases = cases as Range<UInt64>] in
        try FuzzWork(sources: FuzzTests.sources(in: folder), folder: folder)
          .run(cases) { path in
            do throws(LArCVError) { try Exhaustive.read(path) } catch {}
            do throws(LArCVError) {
              var check = try FileCheck(path: path, labelProducer: "sbndwire", limit: 2)
              check.run()
            } catch {}
          }
      }
    } lost: { number in
      Issue.record("case \(number.map(String.init) ?? "none") ended the process")
    }
  }
}
