import Foundation
import Testing

/// Proves that no kernel is forgotten: the tests of this folder call every one by its name.
@Suite("Every kernel has a test")
struct KernelCoverageTests {
  /// What a pattern captures in the Swift files of a folder.
  private func names(
    in folder: String, _ pattern: Regex<(Substring, Substring)>
  ) throws -> Set<String> {
    let files = FileManager.default.enumerator(
      at: URL(fileURLWithPath: folder), includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    return try (try #require(files)).reduce(into: []) { found, file in
      let text = try String(contentsOf: file, encoding: .utf8)
      found.formUnion(text.matches(of: pattern).map { String($0.1) })
    }
  }

  @Test("all of Sources/Kernels")
  func everyKernel() throws {
    let declared = try names(in: "Sources/Kernels", /public func (\w+)/)
    let called = try names(in: "Tests/KernelsTests", /[.](\w+)\(/)
    #expect(declared.count > 40)
    #expect(declared.subtracting(called).sorted() == [])
    #expect(!called.contains("aKernelNobodyWrote"))
  }
}
