import Foundation
import Telemetry

/// The page about a run: how it went, how well its network does, and on what events.
///
/// What a run did not leave is said to be missing; nothing is required.
struct ReportPage {
  private let log: RunLog

  /// The page about what is in a log directory.
  init(_ log: RunLog) { self.log = log }

  /// The page.
  var html: HTML {
    var page = HTMLPage(
      title: "Training run \(name)", subtitle: summary, style: LineChart.style + Self.style)
    let curves = ReportCurves(log)
    page.add("How well the network does", scores)
    page.add("Training", curves.training)
    if let further = curves.further { page.add(further) }
    if let scores = log.scores, let network = scores.predictions.first {
      page.add("What is taken for what", ConfusionTables(network).html)
    }
    page.add("Events", events)
    page.add("Throughput", curves.throughput)
    page.add("Configuration", configuration)
    return page.html
  }

  /// The last part of the folder's path.
  private var name: String {
    let path = (URL(fileURLWithPath: log.folder).standardizedFileURL.path as NSString)
    return path.lastPathComponent
  }

  private var summary: String {
    var parts: [String] = []
    if let last = log.train?.steps.last { parts.append("last step \(Int(last))") }
    if let seconds = log.throughput?.values("seconds") {
      parts.append("\(Self.duration(seconds.filter(\.isFinite).reduce(0, +))) of training steps")
    }
    if let scores = log.scores {
      parts.append("scored on \(scores.perEvent.count) \(scores.events)")
    }
    return parts.joined(separator: ", ")
  }

  /// Seconds in words of two units at most.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e9).rounded())
    if whole < 60 { return String(format: "%.1f s", max(seconds, 0)) }
    if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
    return "\(whole / 3600) h \(whole / 60 % 60) min"
  }

  static func missing(_ file: String, _ what: String) -> HTML {
    "<p class=\"missing\">There is no \(file) in this folder, so \(what).</p>"
  }

  private var scores: HTML {
    guard let scores = log.scores else {
      return Self.missing(Scores.name, "the network's final figures are not known")
    }
    let how =
      scores.averaging == "pooled"
      ? "all their pixels counted together" : "means over events and planes"
    return """
      \(scores.table.html)
      <p class="note">Of \(scores.perEvent.count) \(scores.events); \(how). Most pixels are empty, so \
      accuracy is near one for any answer: compare with the predictions that need no network.</p>
      """
  }

  private var events: HTML {
    guard let scores = log.scores else {
      return Self.missing(Scores.name, "best and worst events are not known")
    }
    var pieces: [HTML] = []
    // The first event is drawn for those runs alone whose events have no neutrino.
    let extremes = scores.pictures.filter { $0.file != "event_display.png" }
    for picture in extremes.isEmpty ? scores.pictures : extremes {
      guard let png = log.picture(picture.file) else {
        pieces.append(Self.missing(picture.file, "the event (\(picture.title)) is not shown"))
        continue
      }
      pieces.append(
        "<figure>\(HTML.picture(png, label: picture.title))<figcaption>\(picture.title)</figcaption></figure>"
      )
    }
    if scores.pictures.isEmpty {
      pieces.append("<p class=\"missing\">The run drew no events (--no-summary-images).</p>")
    }
    return HTML(pieces + [perEvent(scores)])
  }

  private func perEvent(_ scores: Scores) -> HTML {
    return """
      <details><summary>Figures of all \(scores.perEvent.count) events</summary>
      \(scores.eventTable.html)
      <p class="note">Look at one with cosmic-tagger show --entry.</p></details>
      """
  }

  private var configuration: HTML {
    guard let text = log.configuration else {
      return Self.missing("config.yaml", "the run's options are not known")
    }
    return "<pre class=\"configuration\">\(text)</pre>"
  }

  private static let style = """
    .configuration { columns: 3 18rem; column-gap: 2rem; font: .82rem/1.45 "DejaVu Sans Mono",
      ui-monospace, Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
      margin: 0; }
    .matrices { display: flex; flex-wrap: wrap; gap: .6rem 3rem; }
    .matrix td, .matrix thead th { min-width: 6.2rem; }
    .matrix td small { display: block; opacity: .75; }
    .matrix tbody tr { border-bottom: none; }
    .matrix td { border: 1px solid var(--paper); }

    """
}
