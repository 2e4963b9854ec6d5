import Foundation

/// Curves over one axis, drawn as SVG in the page itself.
///
/// A noisy curve is drawn twice: faint as it is, and strong as a mean over some points. Curves of many
/// points are thinned to what the picture can show.
package struct LineChart: Sendable {
  /// How a curve is drawn.
  package enum Style: String, Sendable {
    /// Every point faintly, with a strong smooth line.
    case train
    /// Every point marked.
    case test
  }

  /// What is above it.
  package let title: String
  /// What the horizontal axis counts.
  package let xLabel: String
  private let curves: [(curve: Curve, style: Style)]
  private let xAxis: ChartAxis
  private let yAxis: ChartAxis

  // Sizes are in the units of the drawing, which is scaled to the page.
  private let width = 560.0
  private let height = 300.0
  private let left = 58.0
  private let right = 22.0
  private let top = 30.0
  private let bottom = 42.0

  /// A chart of what is known of the curves.
  ///
  /// - Parameters:
  ///   - range: what the vertical axis must cover.
  ///   - prefersLogarithm: whether that axis is logarithmic where values span decades.
  package init(
    _ title: String, xLabel: String, _ curves: [(curve: Curve, style: Style)],
    covering range: ClosedRange<Double>? = nil, prefersLogarithm: Bool = false
  ) {
    self.title = title
    self.xLabel = xLabel
    self.curves = curves.filter { !$0.curve.isEmpty }
    xAxis = ChartAxis(self.curves.flatMap(\.curve.xs))
    yAxis = ChartAxis(
      self.curves.flatMap(\.curve.ys), covering: range, prefersLogarithm: prefersLogarithm)
  }

  /// Whether there is nothing to draw.
  package var isEmpty: Bool { curves.isEmpty }

  /// The drawing.
  package var svg: HTML {
    let drawn = curves.map { curve($0.curve, $0.style) }
    let scale = yAxis.isLogarithmic ? ", logarithmic" : ""
    return """
      <svg class="chart" viewBox="0 0 \(Int(width)) \(Int(height))" role="img" \
      xmlns="http://www.w3.org/2000/svg" aria-label="\(title)">
      <text class="title" x="\(number(left))" y="16">\(title)\(scale)</text>
      \(legend)
      \(grid)
      \(drawn)
      <text class="axis" x="\(number(width - right))" y="\(number(height - 6))" \
      text-anchor="end">\(xLabel)</text>
      </svg>
      """
  }

  private func x(_ value: Double) -> Double {
    left + xAxis.position(value) * (width - left - right)
  }

  private func y(_ value: Double) -> Double {
    height - bottom - yAxis.position(value) * (height - top - bottom)
  }

  private func number(_ value: Double) -> String { String(format: "%.1f", value) }

  private var grid: HTML {
    let horizontal: [HTML] = yAxis.ticks.map { tick in
      let place = number(y(tick))
      return """
        <line class="grid" x1="\(number(left))" x2="\(number(width - right))" y1="\(place)" \
        y2="\(place)"/><text class="axis" x="\(number(left - 7))" y="\(number(y(tick) + 4))" \
        text-anchor="end">\(yAxis.label(tick))</text>
        """
    }
    let floor = height - bottom
    let vertical: [HTML] = xAxis.ticks.map { tick in
      """
      <line class="tick" x1="\(number(x(tick)))" x2="\(number(x(tick)))" y1="\(number(floor))" \
      y2="\(number(floor + 5))"/><text class="axis" x="\(number(x(tick)))" \
      y="\(number(floor + 18))" text-anchor="middle">\(xAxis.label(tick))</text>
      """
    }
    return HTML(horizontal + vertical)
  }

  /// Names at the right end of the title's line.
  private var legend: HTML {
    var end = width - right
    let names: [HTML] = curves.reversed().map { curve, style in
      let name: HTML = """
        <text class="legend \(style.rawValue)" x="\(number(end))" y="16" \
        text-anchor="end">\(curve.name)</text>
        """
      end -= Double(curve.name.count) * 7 + 14
      return name
    }
    return HTML(names)
  }

  private func curve(_ curve: Curve, _ style: Style) -> HTML {
    let pixels = Int(width - left - right)
    switch style {
    case .train:
      let window = Curve.window(for: curve.ys.count)
      guard window > 1 else { return line(curve, "line train") }
      let smooth = curve.smoothed(over: window).thinned(to: pixels / 2)
      return HTML([line(curve.thinned(to: pixels), "line raw"), line(smooth, "line train")])
    case .test:
      let thin = curve.known.thinned(to: pixels / 4)
      let marks: [HTML] = zip(thin.xs, thin.ys).filter { isDrawn($0.1) }.map {
        "<circle class=\"mark\" cx=\"\(number(x($0)))\" cy=\"\(number(y($1)))\" r=\"2.4\"/>"
      }
      let isDense = curve.ys.count > pixels / 6
      return HTML([line(thin, "line test")] + (isDense ? [] : marks))
    }
  }

  private func isDrawn(_ value: Double) -> Bool {
    abs(value) < 1e300 && (!yAxis.isLogarithmic || value > 0)
  }

  /// A line through what is known, with gaps where nothing is.
  private func line(_ curve: Curve, _ style: String) -> HTML {
    var path = ""
    var isDrawing = false
    for (place, value) in zip(curve.xs, curve.ys) {
      guard isDrawn(value) else {
        isDrawing = false
        continue
      }
      path += "\(isDrawing ? "L" : "M")\(number(x(place))) \(number(y(value)))"
      isDrawing = true
    }
    return "<path class=\"\(style)\" d=\"\(path)\"/>"
  }

  /// How charts look, for the style sheet of a page.
  package static let style = """
    .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr));
      gap: 1.2rem 2rem; }
    .charts.small { grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
    .chart { break-inside: avoid; max-width: 40rem; }
    @media print { .charts { grid-template-columns: 1fr 1fr; gap: .6rem 1rem; } }
    .chart text { font-size: 12.5px; fill: var(--ink); font-variant-numeric: tabular-nums; }
    .chart .title { font-size: 14px; font-weight: 600; }
    .chart .axis { fill: var(--faint); }
    .chart .grid { stroke: var(--rule); stroke-width: 1; }
    .chart .tick { stroke: var(--faint); stroke-width: 1; }
    .chart .line { fill: none; stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
    .chart .raw { stroke: var(--train); stroke-width: .8; opacity: .3; }
    .chart .train { stroke: var(--train); }
    .chart .test { stroke: var(--test); }
    .chart .mark { fill: var(--test); }
    .chart text.train { fill: var(--train); stroke: none; font-weight: 600; }
    .chart text.test { fill: var(--test); stroke: none; font-weight: 600; }

    """
}
