import Foundation
import Testing

@Suite("shape-classifier")
struct ShapeClassifierTests {
  @Test("prints its network, learns, and names the shapes of new events")
  func learns() throws {
    let result = try Tool.run([], program: "shape-classifier")
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    let lines = result.lines
    #expect(
      lines.prefix(7) == [
        "(0): SubmanifoldConvolution 1→8 3×3×3, 224 parameters",
        "(1): BatchNormReLU 8, 16 parameters",
        "(2): Convolution 8→16 3×3×3/2×2×2, 3472 parameters",
        "(3): BatchNormReLU 16, 32 parameters",
        "(4): MaxPooling 2×2×2/2×2×2",
        "(5): GlobalPooling average",
        "(6): NetworkInNetwork 16→3, 51 parameters",
      ])
    let losses = try lines.dropFirst(7).dropLast().map { line in
      try #require(line.wholeMatch(of: /step (?:\d+): loss ([0-9.e-]+)/).flatMap { Double($0.1) })
    }
    #expect(losses.count == 4)
    let (first, last) = (try #require(losses.first), try #require(losses.last))
    // Three shapes that are guessed cost ln 3, about 1.1.
    #expect(first < 1.1 && last < first && last < 0.5, "\(losses)")
    let answer = try #require(
      lines.last?.wholeMatch(of: /(\d+) of 300 new events are right/).flatMap { Int($0.1) })
    #expect(answer > 250)
  }

  @Test("is an example of fewer than 80 lines")
  func length() throws {
    let folder = URL(fileURLWithPath: "Sources/shape-classifier")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    #expect(files.map(\.lastPathComponent) == ["ShapeClassifier.swift"])
    let lines = try files.reduce(0) { count, file in
      try count + String(contentsOf: file, encoding: .utf8).count { $0.isNewline }
    }
    #expect(lines < 80)
  }
}
