import Files
import Foundation

/// What every rank did in every step, as the table `profiles/ranks.csv`: where the time of a run on several
/// ranks goes.
final class RankTimes {
  private let file: WrittenFile
  private var waiting = ""

  private static let header = "step,rank,events,sites,wait,compute,exchange\n"

  /// A table in a folder that is there, of which rows of earlier steps are kept.
  ///
  /// - Parameter steps: steps taken before.
  /// - Throws: `FileError` when it cannot be written.
  init(folder: String, after steps: Int) throws(FileError) {
    let path = "\(folder)/ranks.csv"
    let old = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let kept = old.split(separator: "\n").filter { row in
      row.prefix { $0 != "," }.wholeMatch(of: /\d+/).flatMap { Int($0.0) }.map { $0 < steps }
        ?? false
    }
    try WrittenFile.replace(path, with: (Self.header + kept.map { "\($0)\n" }.joined()).utf8)
    file = try WrittenFile(path, .append)
  }

  /// Adds a step.
  func add(_ step: Int, _ reports: [StepReport]) {
    for (rank, report) in reports.enumerated() {
      let seconds = [report.waitSeconds, report.computeSeconds, report.exchangeSeconds]
        .map { StepLine.significant($0) }
      waiting +=
        "\(step),\(rank),\(report.events.count),\(report.sites),"
        + seconds.joined(separator: ",") + "\n"
    }
  }

  /// Writes what was added.
  ///
  /// - Throws: `FileError` when it cannot be written.
  func write() throws(FileError) {
    try file.write(waiting)
    waiting = ""
  }
}
