import Foundation
import LArCV
import Telemetry

/// `cosmic-tagger inspect --check`: what is wrong with a larcv3 file.
public struct FileInspection {
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
    let report = ProblemReport(isJSON: isJSON)
    let problems: ProblemList
    do throws(LArCVError) {
      problems = try check()
    } catch {
      guard error.kind == .badData else { throw TaggerError(error) }
      print(report.line(error))
      print(report.total(1, path: path))
      throw TaggerError(.badData, "\(path) has 1 problem; \(LArCVError.copyAgain)")
    }
    for group in problems.groups {
      for problem in group.first { print(report.line(problem)) }
      if group.more > 0 { print(report.more(group)) }
    }
    print(report.total(problems.count, path: path))
    guard problems.count == 0 else {
      throw TaggerError(
        .badData, "\(path) has \(ProblemReport.count(problems.count)); \(Self.remedy)")
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
private struct ProblemReport {
  let isJSON: Bool

  func line(_ problem: FileProblem) -> String {
    guard isJSON else { return "\(problem)" }
    return object([
      ("dataset", text(problem.dataset)), ("entry", problem.entry.map(String.init) ?? "null"),
      ("kind", text(problem.kind.rawValue)), ("problem", text(problem.sentence)),
    ])
  }

  /// The problem of a file that cannot be opened.
  func line(_ error: LArCVError) -> String {
    guard isJSON else { return error.message }
    return object([
      ("dataset", "null"), ("entry", "null"),
      ("kind", text(FileProblem.Kind.structure.rawValue)), ("problem", text(error.message)),
    ])
  }

  func more(_ group: ProblemList.Group) -> String {
    guard isJSON else { return "\(group.dataset): … and \(group.more) more of this kind" }
    return object([
      ("dataset", text(group.dataset)), ("kind", text(group.kind.rawValue)),
      ("more", "\(group.more)"),
    ])
  }

  func total(_ count: Int, path: String) -> String {
    isJSON
      ? object([("file", text(path)), ("problems", "\(count)")])
      : "\(path): \(Self.count(count))"
  }

  static func count(_ problems: Int) -> String {
    problems == 0 ? "no problems" : problems == 1 ? "1 problem" : "\(problems) problems"
  }

  private func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
  }

  private func text(_ value: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    guard let data = try? encoder.encode(value) else { return "null" }
    return String(decoding: data, as: UTF8.self)
  }
}
