import Foundation
import Telemetry
import Testing

/// A plane with a diagonal of cosmic sites, one neutrino site and one of background.
private func plane(width: Int = 640, height: Int = 400, prediction: Bool = true) -> PlanePicture {
  let diagonal = Array(0..<min(width, height))
  let classes = diagonal.map { $0 == 10 ? 2 : $0 == 3 ? 0 : 1 }
  return PlanePicture(
    width: width, height: height, rows: diagonal, columns: diagonal,
    charge: diagonal.map { 5 + Float($0) }, truth: classes,
    prediction: prediction ? classes : nil)
}

private func counts(_ canvas: Canvas) -> [Int] {
  var counts = [0, 0, 0]
  for y in 0..<canvas.height {
    for x in 0..<canvas.width {
      if let index = EventDisplay.classColors.firstIndex(of: canvas[x, y]) { counts[index] += 1 }
    }
  }
  return counts
}

@Suite("Event displays")
struct EventDisplayTests {
  /// As wide as it takes to show each site once.
  private let display = EventDisplay(maximumWidth: 2700, magnifiesNeutrino: false)

  @Test("Each site of truth and prediction is one pixel of its class's colour")
  func sites() throws {
    let all = try display.draw([plane()], title: "event 0")
    let truthOnly = try display.draw([plane(prediction: false)], title: "event 0")
    let legend = 18 * 18
    #expect(all.width == 2 * 12 + 4 * 640 + 3 * 10)
    #expect(counts(all) == [2 + legend, 2 * 398 + legend, 2 + legend])
    #expect(counts(truthOnly) == [1 + legend, 398 + legend, 1 + legend])
  }

  @Test("The drift goes upwards")
  func orientation() throws {
    let canvas = try display.draw([plane()], title: "")
    // Panels start at x = 12 and below the title and caption, 66 pixels down.
    #expect(canvas[12 + 650 + 10, 66 + 399 - 10] == EventDisplay.classColors[2])
    #expect(canvas[12 + 650 + 11, 66 + 399 - 10] == Color(0, 0, 0))
  }

  @Test("Large planes are pooled to the width asked for, and the highest class survives")
  func pooling() throws {
    let canvas = try EventDisplay(maximumWidth: 900, magnifiesNeutrino: false)
      .draw(Array(repeating: plane(width: 2048, height: 1280), count: 3), title: "large")
    #expect(canvas.width <= 900)
    #expect(counts(canvas)[2] == 81 + 6)
    // The single site of background shares its pixel with cosmic ones.
    #expect(counts(canvas)[0] == 81)
  }

  @Test("Small and odd planes, empty planes and no planes can be drawn")
  func unusual() throws {
    var empty = PlanePicture(
      width: 64, height: 40, rows: [], columns: [], charge: [], truth: [])
    let planes = [plane(width: 1, height: 1), plane(width: 7, height: 3000), empty]
    #expect(try EventDisplay().draw(planes, title: "odd").width <= 2200)
    #expect(try EventDisplay(maximumWidth: 0).draw([], title: "no planes").width > 0)
    empty.prediction = []
    #expect(try EventDisplay().draw([empty], title: "").height > 0)
  }

  @Test("Arrays that do not belong together are refused, naming the plane and the value")
  func refused() {
    let wrong: [(String, (inout PlanePicture) -> Void)] = [
      ("size 0 x 400", { $0.width = 0 }), ("640 rows", { $0.rows = Array(0..<640) }),
      ("row 999", { $0.rows[0] = 999 }), ("column -1", { $0.columns[0] = -1 }),
      ("charge nan", { $0.charge[0] = .nan }), ("charge inf", { $0.charge[0] = .infinity }),
      ("class 3", { $0.truth?[0] = 3 }), ("class -1", { $0.prediction?[0] = -1 }),
      ("399", { $0.prediction?.removeLast() }),
    ]
    for (text, change) in wrong {
      var plane = plane()
      change(&plane)
      let error = #expect(throws: PictureError.self) {
        try EventDisplay().draw([plane], title: "")
      }
      #expect(error?.description.contains("Plane 0") == true)
      #expect(error?.description.contains(text) == true, "\(text): \(String(describing: error))")
    }
  }

  @Test("The file is a PNG of the picture's size")
  func file() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("event-display-\(UUID().uuidString).png").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try EventDisplay().write([plane()], title: "event 0", to: path)
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(Array(data.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    let width = data[16..<20].reduce(0) { (sum: Int, byte: UInt8) in sum << 8 | Int(byte) }
    #expect(width == (try EventDisplay().draw([plane()], title: "").width))
  }

  @Test("A file that cannot be written is an error that names it")
  func unwritable() {
    let path = "/nonexistent/folder/event.png"
    let error = #expect(throws: PictureError.self) {
      try EventDisplay().write([plane()], title: "", to: path)
    }
    #expect(error?.description.contains(path) == true)
  }

  @Test("Characters differ, and unknown ones are boxes")
  func font() {
    #expect(BitmapFont.glyph(of: "é") == BitmapFont.glyph(of: "\u{4E2D}"))
    let printable =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,:;-+/%()=_<>#|!?'*[]"
    #expect(Set(printable.map { BitmapFont.glyph(of: $0) }).count == printable.count)
    #expect(printable.allSatisfy { BitmapFont.glyph(of: $0).count == 7 })
  }
}
