import Telemetry
import Testing

/// Where a picture of small planes has its panels: 1600 wide, of planes of 100 × 60.
private struct Panels {
  /// Planes are magnified three times: 300 of the 364 pixels that four panels leave each.
  let canvas: Canvas
  static let magnification = 3
  static let top = 30 + 18

  init(_ planes: [PlanePicture]) throws {
    canvas = try EventDisplay(maximumWidth: 1500).draw(planes, title: "")
  }

  /// The colour of a site in a panel of the first plane, counted from the left.
  func color(_ panel: Int, row: Int, column: Int, of rows: Int = 60) -> Color {
    let size = Self.magnification
    return canvas[
      12 + panel * (300 + 10) + column * size + 1, Self.top + (rows - 1 - row) * size + 1]
  }
}

/// Sites of every true and predicted class: true class t, predicted p at row 10 t + 20, column 10 p + 40.
private func everyAnswer() -> PlanePicture {
  let answers = (0..<9).map { (truth: $0 / 3, prediction: $0 % 3) }
  return PlanePicture(
    width: 100, height: 60, rows: answers.map { 10 * $0.truth + 20 },
    columns: answers.map { 10 * $0.prediction + 40 }, charge: answers.map { _ in 5 },
    truth: answers.map(\.truth), prediction: answers.map(\.prediction))
}

@Suite("Panels of an event")
struct EventPanelTests {
  @Test("Truth and prediction have the colours of their classes at their sites")
  func classes() throws {
    let panels = try Panels([everyAnswer()])
    for truth in 0..<3 {
      for prediction in 0..<3 {
        let (row, column) = (10 * truth + 20, 10 * prediction + 40)
        #expect(panels.color(1, row: row, column: column) == EventDisplay.classColors[truth])
        #expect(panels.color(2, row: row, column: column) == EventDisplay.classColors[prediction])
        #expect(panels.color(0, row: row, column: column) != Color(0, 0, 0))
      }
    }
    #expect(panels.color(1, row: 21, column: 40) == Color(0, 0, 0))
  }

  @Test("Each error has a colour of its own, and what is right is darker than any")
  func errors() throws {
    let panels = try Panels([everyAnswer()])
    func brightness(_ color: Color) -> Int {
      // As eyes see it.
      Int(color.red) * 30 + Int(color.green) * 59 + Int(color.blue) * 11
    }
    func color(_ truth: Int, _ prediction: Int) -> Color {
      panels.color(3, row: 10 * truth + 20, column: 10 * prediction + 40)
    }
    let pairs = (0..<9).map { ($0 / 3, $0 % 3) }
    let errors = pairs.filter { $0.0 != $0.1 }.map { color($0.0, $0.1) }
    let right = (0..<3).map { color($0, $0) }
    #expect(Set((errors + right).map { "\($0)" }).count == 9)
    let darkestError = try #require(errors.map(brightness).min())
    #expect(right.allSatisfy { brightness($0) < darkestError })
    #expect(color(2, 1) == Color(96, 190, 255))
    #expect(color(1, 2) == Color(240, 96, 24))
  }

  @Test("A box shows what is magnified below, and nothing is without a neutrino")
  func box() throws {
    let ink = Color(225, 225, 230)
    var plane = PlanePicture(
      width: 100, height: 60, rows: [30, 31, 32], columns: [50, 51, 52], charge: [5, 5, 5],
      truth: [2, 2, 2], prediction: [2, 2, 1])
    let panels = try Panels([plane])
    // The neutrino's three columns and a margin: 37 × 22 pixels around it, eight times as large.
    let (left, top) = (12 + 33 * 3 - 1, Panels.top + (60 - 42) * 3 - 1)
    for panel in 0..<4 {
      let x = left + panel * 310
      #expect(panels.canvas[x, top] == ink)
      #expect(panels.canvas[x, top + 40] == ink)
      #expect(panels.canvas[x + 1, top + 1] != ink)
      #expect(panels.canvas[x - 1, top - 1] != ink)
    }
    // The row below: site (31, 51) at eight times its size.
    let below = Panels.top + 180 + 10 + 18
    let (x, y) = (12 + 310 + (51 - 33) * 8 + 4, below + (42 - 1 - 31) * 8 + 4)
    #expect(panels.canvas[x, y] == EventDisplay.classColors[2])
    #expect(panels.canvas[x, y - 16] == Color(0, 0, 0))
    plane.truth = [1, 1, 1]
    let without = try Panels([plane])
    #expect(without.canvas.height < panels.canvas.height - 170)
    #expect(without.canvas[left, top] != ink)
  }

  @Test("Sparks far from the vertex do not make the magnified part small")
  func sparks() throws {
    // Of a hundred sites, two lie in the corners.
    let track = Array(0..<98)
    let plane = PlanePicture(
      width: 2048, height: 1280, rows: track.map { 600 + $0 } + [0, 1279],
      columns: track.map { 900 + $0 } + [0, 2047], charge: Array(repeating: 10, count: 100),
      truth: Array(repeating: 2, count: 100))
    let canvas = try EventDisplay().draw([plane], title: "")
    let orange = (0..<canvas.height).reduce(0) { sum, y in
      sum + (0..<canvas.width).count { canvas[$0, y] == EventDisplay.classColors[2] }
    }
    // Each site of the track is at least two by two pixels.
    #expect(orange > 98 * 4)
  }

  @Test(
    "What is not known has no panel", arguments: [(true, false), (false, true), (false, false)])
  func unknown(hasTruth: Bool, hasPrediction: Bool) throws {
    var plane = everyAnswer()
    let all = try EventDisplay(magnifiesNeutrino: false).draw([plane], title: "").width
    if !hasTruth { plane.truth = nil }
    if !hasPrediction { plane.prediction = nil }
    let panels = 1 + (hasTruth ? 1 : 0) + (hasPrediction ? 1 : 0)
    let panel = (all - 24 - 30) / 4
    let width = try EventDisplay(magnifiesNeutrino: false).draw([plane], title: "").width
    #expect(width >= 24 + panels * panel + (panels - 1) * 10)
    #expect(width < all || panels == 4 || panel < 536)
  }
}
