import Foundation
import Telemetry
import Testing

@Suite("Charts")
struct ChartTests {
  @Test(
    "An axis has round ticks that cover its values",
    arguments: [
      ([0.0, 2999], [0.0, 500, 1000, 1500, 2000, 2500, 3000]),
      ([0.2, 0.9], [0.2, 0.4, 0.6, 0.8, 1]), ([-3.0, 4], [-4.0, -3, -2, -1, 0, 1, 2, 3, 4]),
    ])
  func linear(_ values: [Double], _ ticks: [Double]) {
    let axis = ChartAxis(values)
    #expect(!axis.isLogarithmic)
    #expect(axis.lowest <= values[0] && axis.highest >= values[1])
    #expect(axis.ticks.count >= 4 && axis.ticks.count <= 10)
    if ticks.count == axis.ticks.count {
      #expect(zip(axis.ticks, ticks).allSatisfy { abs($0 - $1) < 1e-9 })
    }
    #expect(axis.position(axis.lowest) == 0 && axis.position(axis.highest) == 1)
  }

  @Test("An axis is logarithmic where it may be and values span decades")
  func logarithmic() {
    let axis = ChartAxis([0.013, 4.2], prefersLogarithm: true)
    #expect(axis.isLogarithmic)
    #expect(axis.lowest == 0.01 && axis.highest == 5)
    #expect(
      axis.ticks.map(axis.label) == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1", "2", "5"])
    #expect(abs(axis.position((0.05).squareRoot()) - 0.5) < 1e-9)
    for values in [[1.0, 20], [0, 100], [-1, 1000]] {
      #expect(!ChartAxis(values, prefersLogarithm: true).isLogarithmic)
    }
  }

  @Test(
    "An axis of odd values is an axis all the same",
    arguments: [
      [], [5.0], [0.0, 0], [.nan], [.infinity, 1], [1e300, -1e299], [1e-300, 2e-300], [-7, -7],
    ] as [[Double]])
  func odd(_ values: [Double]) {
    for prefersLogarithm in [false, true] {
      let axis = ChartAxis(values, prefersLogarithm: prefersLogarithm)
      #expect(axis.lowest < axis.highest)
      #expect((2...20).contains(axis.ticks.count))
      #expect(axis.ticks.allSatisfy { $0.isFinite })
    }
  }

  @Test("Means do not lag, and leave out what is not known")
  func smoothing() {
    let xs = (0..<101).map(Double.init)
    let line = Curve("line", xs: xs, ys: xs.map { 2 * $0 }).smoothed(over: 11)
    #expect(zip(line.ys, xs).dropFirst(5).dropLast(5).allSatisfy { abs($0 - 2 * $1) < 1e-9 })
    var ys = [Double](repeating: 3, count: 101)
    ys[40] = .nan
    ys[50] = .infinity
    #expect(Curve("holes", xs: xs, ys: ys).smoothed(over: 5).ys.allSatisfy { abs($0 - 3) < 1e-9 })
    let none = Curve("none", xs: xs, ys: xs.map { _ in .nan })
    #expect(none.isEmpty && none.smoothed(over: 5).ys.allSatisfy { $0.isNaN })
  }

  @Test("A thinned curve keeps its ends, peaks and order")
  func thinning() {
    let xs = (0..<10_000).map(Double.init)
    var ys = xs.map { sin($0 / 500) }
    ys[1234] = 9
    ys[8765] = -9
    let thin = Curve("long", xs: xs, ys: ys).thinned(to: 100)
    #expect(thin.xs.count <= 202 && thin.xs == thin.xs.sorted())
    #expect(thin.ys.max() == 9 && thin.ys.min() == -9)
    let short = Curve("short", xs: [0, 1], ys: [1, .nan])
    #expect(short.thinned(to: 100).xs == [0, 1])
  }

  @Test("A chart draws its curves, and says what they are")
  func drawing() throws {
    let xs = (0..<200).map(Double.init)
    let train = Curve("train", xs: xs, ys: xs.map { 1 / ($0 + 1) })
    let test = Curve("test", xs: [0, 100, 150], ys: [1, .nan, 0.1])
    let chart = LineChart(
      "Loss <&>", xLabel: "step", [(train, .train), (test, .test)], prefersLogarithm: true)
    let svg = chart.svg.text
    let names = try #require(elements(svg))
    #expect(names.count { $0 == "path" } == 3)
    #expect(names.count { $0 == "circle" } == 2)
    #expect(svg.contains("Loss &lt;&amp;&gt;, logarithmic"))
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(LineChart("", xLabel: "", [(Curve("", xs: [1], ys: [.nan]), .train)]).isEmpty)
  }
}
