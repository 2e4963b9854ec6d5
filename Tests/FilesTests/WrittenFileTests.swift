import Files
import Foundation
import Testing

/// Proves that files are written whole, in order, or not at all.
@Suite("Written files")
struct WrittenFileTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/files-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func text(_ name: String) -> String? {
    FileManager.default.contents(atPath: path(name)).map { String(decoding: $0, as: UTF8.self) }
  }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  @Test("what is there is kept or lost as asked, and forgotten from a place on")
  func starts() throws {
    try WrittenFile(path("a"), .append).write("one\n")
    try WrittenFile(path("a"), .append).write("two\n")
    #expect(text("a") == "one\ntwo\n")
    let file = try WrittenFile(path("a"), .append)
    try file.truncate(to: 4)
    try file.write("three\n")
    try file.write([UInt8]())
    try file.flush()
    #expect(text("a") == "one\nthree\n")
    try WrittenFile(path("a"), .replace).write("new")
    #expect(text("a") == "new")
  }

  @Test("on a disk that fails at any operation a replaced file is the old or the new")
  func replaced() throws {
    try WrittenFile.replace(path("a"), with: "old".utf8)
    var operation = 0
    var faults: WriteFaults
    repeat {
      faults = WriteFaults(from: operation)
      WriteFaults.$current.withValue(faults) {
        do throws(FileError) {
          try WrittenFile.replace(path("a"), with: "new".utf8)
          // The directory is brought to the disk after the name is taken, as well as that can be.
          #expect(!faults.wasReached || operation >= 5)
        } catch {
          #expect(error.kind == .inputOutput)
          #expect(text("a") == "old")
        }
      }
      #expect(names == ["a"])
      operation += 1
    } while faults.wasReached
    #expect(text("a") == "new")
    #expect(operation > 4)
  }

  @Test("what is half written when the disk becomes full stays half")
  func half() throws {
    let file = try WrittenFile(path("a"), .append)
    let error = WriteFaults.$current.withValue(WriteFaults(from: 0)) {
      #expect(throws: FileError.self) { try file.write("12345678") }
    }
    #expect(error?.message.contains("No space left on device") == true)
    #expect(text("a") == "1234")
  }

  @Test("remains of killed processes go, and nothing else")
  func remains() throws {
    let kept = [
      "model-3.h5", "model-3.h5.partial", "model-3.h5.0123ABC.partial",
      "model-3.h5.0123ABCG.partial",
      "other.h5.0123ABCD.partial", ".0123ABCD.partial", "model-3.h5.0123ABCD.partial.bak",
    ]
    let gone = ["model-3.h5.0123ABCD.partial", "model-4.h5.ffffffff.partial"]
    for name in kept + gone { try WrittenFile(path(name), .replace).write("x") }
    TemporaryFile.removeRemains(in: folder) { $0.hasPrefix("model-") }
    #expect(names == kept.sorted())
    TemporaryFile.removeRemains(in: path("none")) { _ in true }
  }

  @Test("a lock is one holder's, and another's after that")
  func lock() throws {
    var lock: FileLock? = try FileLock(path("lock"), isSigned: true)
    #expect(text("lock") == "\(getpid())\n")
    do throws(FileLock.Failure) {
      _ = try FileLock(path("lock"), isSigned: true)
      Issue.record("two have the lock")
    } catch {
      guard case .held(let process) = error else { return #expect(Bool(false), "\(error)") }
      #expect(process == Int(getpid()))
    }
    withExtendedLifetime(lock) {}
    lock = nil
    lock = try FileLock(path("lock"))
    #expect(throws: FileLock.Failure.self) { try FileLock(path("none/lock")) }
  }
}
