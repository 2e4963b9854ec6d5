import Files
import Foundation
import Logging

/// `cosmic-tagger report`: what a run left in its log directory, as one page.
public struct ReportRun {
  private let folder: String
  private let output: String
  private let logger: Logger

  /// A report of a log directory.
  ///
  /// - Parameter output: the page's file; nothing for `report.html` in the log directory.
  public init(_ folder: String, output: String?, logger: Logger) {
    self.folder = folder
    self.output = output ?? (folder as NSString).appendingPathComponent("report.html")
    self.logger = logger
  }

  /// Writes the page, whole or not at all.
  ///
  /// - Throws: `TaggerError` when the folder has nothing of a run, when something in it is damaged, or when the
  ///   page cannot be written.
  public func run() throws(TaggerError) {
    guard ["html", "htm"].contains((output as NSString).pathExtension.lowercased()) else {
      throw TaggerError(
        .usage, "a report is a page: give --output a name that ends in .html, not \"\(output)\"")
    }
    let log = try RunLog(folder)
    let file = try OutputFile(output, option: "--output")
    do {
      try WrittenFile.replace(file.path, with: ReportPage(log).html.text.utf8)
    } catch {
      throw TaggerError(error)
    }
    logger.info("Report: \(output)")
  }
}
