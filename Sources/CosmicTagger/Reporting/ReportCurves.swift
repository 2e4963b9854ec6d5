import Telemetry

/// The curves of a run.
struct ReportCurves {
  private let log: RunLog

  /// The curves of what is in a log directory.
  init(_ log: RunLog) { self.log = log }

  /// Figures that every report shows first, with what their axes must cover.
  private static let main: [(name: String, title: String)] = [
    ("loss", "Loss"), ("Average/Total_Accuracy", "Accuracy of all pixels"),
    ("Average/Non_Bkg_Accuracy", "Accuracy of cosmic and neutrino pixels"),
    ("Average/Neutrino_Accuracy", "Accuracy of neutrino pixels"),
    ("Average/Cosmic_IoU", "Cosmic IoU"), ("Average/Neutrino_IoU", "Neutrino IoU"),
    ("Average/mIoU", "Mean IoU"),
  ]

  /// Loss, accuracies and overlaps.
  var training: HTML {
    var pieces: [HTML] = []
    if log.train == nil {
      pieces.append(
        ReportPage.missing("train_metrics.csv", "there are no curves of the training steps"))
    }
    if log.test == nil {
      pieces.append(
        ReportPage.missing("test_metrics.csv", "there are no curves of validation"))
    }
    let charts = Self.main.map { chart($0.name, $0.title) }.filter { !$0.isEmpty }
    guard !charts.isEmpty else {
      if pieces.isEmpty { pieces.append("<p class=\"missing\">No step was logged yet.</p>") }
      return HTML(pieces)
    }
    pieces.append("<div class=\"charts\">\(charts.map(\.svg))</div>")
    if let count = log.train?.steps.count, count >= 30 {
      pieces.append(
        """
        <p class="note">Faint: each logged step; strong: its mean over the steps around it. A figure \
        nobody can know, like the accuracy of neutrino pixels where there are none, is left out.</p>
        """)
    }
    return HTML(pieces)
  }

  /// Whatever else was logged; nothing where nothing was.
  var further: HTML? {
    let known = Set(Self.main.map(\.name))
    var names: [String] = []
    for name in (log.train?.names ?? []) + (log.test?.names ?? [])
    where !known.contains(name) && !names.contains(name) {
      names.append(name)
    }
    let charts = names.map { chart($0, $0) }.filter { !$0.isEmpty }
    guard !charts.isEmpty else { return nil }
    return """
      <details><summary>\(charts.count) further curves: single planes and whatever else was \
      logged</summary><div class="charts small">\(charts.map(\.svg))</div></details>
      """
  }

  /// Events a second over the time of the run.
  var throughput: HTML {
    guard let log = log.throughput, let seconds = log.values("seconds"),
      let events = log.values("events")
    else {
      return ReportPage.missing("throughput.csv", "the time of its steps is not known")
    }
    let steps = zip(seconds, events).filter { $0.0 > 0 && $0.0.isFinite && $0.1.isFinite }
    let rates = steps.map { $0.1 / $0.0 }.sorted()
    guard let total = Optional(steps.reduce(0) { $0 + $1.0 }), total > 0 else {
      return "<p class=\"missing\">No step was timed yet.</p>"
    }
    let (unit, name) = Self.unit(of: total)
    var elapsed = 0.0
    let curve = Curve(
      "events/s",
      xs: steps.map {
        elapsed += $0.0
        return elapsed / unit
      }, ys: steps.map { $0.1 / $0.0 })
    let chart = LineChart(
      "Events a second", xLabel: "\(name) of training steps", [(curve, .train)], covering: 0...1)
    let facts = [
      ("steps", "\(steps.count) in \(ReportPage.duration(total))"),
      (
        "events a second",
        "median \(Self.significant(rates[rates.count / 2])), slowest tenth below "
          + Self.significant(rates[rates.count / 10])
      ),
    ]
    return """
      \(HTML.list(facts))
      <div class="charts">\(chart.svg)</div>
      """
  }

  private func chart(_ name: String, _ title: String) -> LineChart {
    var curves: [(curve: Curve, style: LineChart.Style)] = []
    if let train = log.train, let values = train.values(name) {
      curves.append((Curve("train", xs: train.steps, ys: values), .train))
    }
    if let test = log.test, let values = test.values(name) {
      curves.append((Curve("test", xs: test.steps, ys: values), .test))
    }
    // Shares are compared from chart to chart; nearly all pixels are right anyway.
    let isShare =
      (name.hasSuffix("IoU") || name.hasSuffix("Accuracy")) && !name.hasSuffix("Total_Accuracy")
    return LineChart(
      title, xLabel: "step", curves, covering: isShare ? 0...1 : nil,
      prefersLogarithm: name.lowercased().contains("loss"))
  }

  private static func unit(of seconds: Double) -> (Double, String) {
    seconds < 300 ? (1, "seconds") : seconds < 18_000 ? (60, "minutes") : (3600, "hours")
  }

  private static func significant(_ value: Double) -> String { StepLine.significant(value) }
}
