import CosmicTagger
import Foundation
import Testing

@Suite("Logged figures")
struct MetricsLogTests {
  private func read(_ text: String) throws -> MetricsLog {
    try MetricsLog(text: text, path: "log/train_metrics.csv")
  }

  @Test("are read by name, not-a-number included, with either end of line")
  func reading() throws {
    for end in ["\n", "\r\n"] {
      let log = try read(
        ["step,loss,Average/mIoU", "0,1.25000,nan", "3,-0.5,0.25000", ""].joined(separator: end))
      #expect(log.names == ["loss", "Average/mIoU"])
      #expect(log.steps == [0, 3])
      #expect(log.values("loss") == [1.25, -0.5])
      #expect(log.values("Average/mIoU")?.map(\.isNaN) == [true, false])
      #expect(log.values("other") == nil)
    }
  }

  @Test("of a run that went on from an earlier step are the later ones")
  func resumed() throws {
    let log = try read("step,loss\n0,1\n1,2\n2,3\n1,20\n2,30\n3,40\n")
    #expect(log.steps == [0, 1, 2, 3])
    #expect(log.values("loss") == [1, 20, 30, 40])
  }

  @Test(
    "whose last line is still being written end before it", arguments: ["", "2", "2,0.5", "2,0."])
  func unfinished(_ rest: String) throws {
    #expect(try read("step,loss\n0,1\n" + rest).steps == [0])
  }

  @Test("may be none yet", arguments: ["", "step,loss\n", "step,lo"])
  func empty(_ text: String) throws {
    #expect(try read(text).steps.isEmpty)
    let absent = try MetricsLog(path: "/nonexistent/train_metrics.csv")
    #expect(absent?.names == nil)
  }

  @Test(
    "that are damaged are refused, naming the line",
    arguments: [
      ("step,loss\n0,1\n1\n", "line 3 has 1 values where the first line names 2"),
      ("step,loss\n0,1,2\n", "line 2 has 3 values where the first line names 2"),
      ("step,loss\n0,\n", "line 2 has \"\" where a number is expected"),
      ("step,loss\n0,1\n\n2,3\n", "line 3 has 1 values"),
      ("step,loss\n0,one\n", "line 2 has \"one\" where a number is expected"),
      ("step,loss\nnan,1\n", "line 2 has no step"), ("loss\n1\n", "begins with \"loss\""),
      ("\u{0}\u{1}\n", "begins with"),
    ])
  func damaged(_ text: String, _ sentence: String) {
    let error = #expect(throws: TaggerError.self) { try read(text) }
    #expect(error?.kind == .badData)
    #expect(error?.description.hasPrefix("log/train_metrics.csv") == true)
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "")")
  }
}
