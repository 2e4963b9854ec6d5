import LArCV
import Telemetry

/// `cosmic-tagger inspect --check`: what is wrong with a larcv3 file.
public struct ProblemInspection {
  private let path: String
  private let imageProducer: String?
  private let labelProducer: String?

  /// A check of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - imageProducer: Producer of charge images; without it today's, if the file has any of it.
  ///   - labelProducer: Producer of label images, whose values must be classes; likewise.
  public init(path: String, imageProducer: String?, labelProducer: String?) {
    self.path = path
    self.imageProducer = imageProducer
    self.labelProducer = labelProducer
  }

  /// Prints a line for each problem, and their number.
  ///
  /// Of many of one kind in one dataset only the first are printed, and how many more there are.
  ///
  /// - Parameter isJSON: Whether lines are JSON objects.
  /// - Throws: `TaggerError` of kind `badData` when there are problems, `inputOutput` when the file
  ///   cannot be read, `usage` when it has no product of a producer that was named.
  public func report(isJSON: Bool, _ print: (String) -> Void) throws(TaggerError) {
    let lines = ProblemLines(isJSON: isJSON)
    let problems: ProblemList
    do throws(LArCVError) {
      problems = try check()
    } catch {
      guard error.kind == .badData else { throw TaggerError(error) }
      print(lines.line(error))
      print(lines.total(1, path: path))
      throw TaggerError(.badData, "\(path) has 1 problem; \(LArCVError.copyAgain)")
    }
    for group in problems.groups {
      for problem in group.first { print(lines.line(problem)) }
      if group.more > 0 { print(lines.more(group)) }
    }
    print(lines.total(problems.count, path: path))
    guard problems.count == 0 else {
      throw TaggerError(
        .badData, "\(path) has \(ProblemLines.count(problems.count)); \(Self.remedy)")
    }
  }

  private static let remedy = "produce it again, or leave these events out"

  private func check() throws(LArCVError) -> ProblemList {
    let defaults = DataConfiguration()
    var check = try FileCheck(
      path: path, imageProducer: imageProducer ?? defaults.imageProducer,
      labelProducer: labelProducer ?? defaults.labelProducer)
    for producer in [imageProducer, labelProducer] {
      if let producer { try check.requireImages(of: producer) }
    }
    var bar = ProgressBar()
    check.run { done, all in bar.update(step: done, of: all) }
    bar.finish(erasing: true)
    return check.problems
  }
}

/// How problems are written.
private struct ProblemLines {
  let isJSON: Bool

  func line(_ problem: FileProblem) -> String {
    guard isJSON else { return "\(problem)" }
    return JSONLine([
      "dataset": .text(problem.dataset), "entry": problem.entry.map { .count($0) } ?? .missing,
      "kind": .text(problem.kind.rawValue), "problem": .text(problem.sentence),
    ]).description
  }

  /// The problem of a file that cannot be opened.
  func line(_ error: LArCVError) -> String {
    guard isJSON else { return error.message }
    return JSONLine([
      "dataset": .missing, "entry": .missing,
      "kind": .text(FileProblem.Kind.structure.rawValue), "problem": .text(error.message),
    ]).description
  }

  func more(_ group: ProblemList.Group) -> String {
    guard isJSON else { return "\(group.dataset): … and \(group.more) more of this kind" }
    return JSONLine([
      "dataset": .text(group.dataset), "kind": .text(group.kind.rawValue),
      "more": .count(group.more),
    ]).description
  }

  func total(_ count: Int, path: String) -> String {
    guard isJSON else { return "\(path): \(Self.count(count))" }
    return JSONLine(["file": .text(path), "problems": .count(count)]).description
  }

  static func count(_ problems: Int) -> String {
    problems == 0 ? "no problems" : problems == 1 ? "1 problem" : "\(problems) problems"
  }
}
