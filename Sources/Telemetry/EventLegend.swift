/// What colours mean, in lines as wide as the picture.
struct EventLegend {
  private enum Entry {
    case swatch(Color, String)
    case charge(ColorScale)
    case text(String)
  }

  private let lines: [[Entry]]
  private let magnification: Int

  private static let scaleCells = 60

  /// The legend of a picture with these panels.
  init(
    _ panels: [EventPanel], _ colors: ColorScale, width: Int, magnification: Int,
    hasMagnifiedPanels: Bool
  ) {
    self.magnification = magnification
    let names = EventDisplay.classNames
    let box = hasMagnifiedPanels ? "; boxes are shown magnified below" : ""
    var groups: [[Entry]] = [
      [.charge(colors), .text("wires to the right, drift time upwards\(box)")]
    ]
    if panels.contains(.truth) || panels.contains(.prediction) {
      groups[0] = zip(EventDisplay.classColors, names).map { .swatch($0, $1) } + groups[0]
    }
    if panels.contains(.errors) {
      let errors = SiteAnswer.errors.reversed().map { error -> Entry in
        .swatch(error.color, "\(names[error.truth]) as \(names[error.prediction])")
      }
      groups.append([.text("errors:")] + errors + [.text("dark: right")])
    }
    self.lines = groups.flatMap { Self.broken($0, width: width / magnification) }
  }

  /// A line, or several where it is too long.
  private static func broken(_ entries: [Entry], width: Int) -> [[Entry]] {
    var lines: [[Entry]] = [[]]
    var used = 0
    for entry in entries {
      if used + Self.width(entry) > width, used > 0 {
        lines.append([])
        used = 0
      }
      lines[lines.count - 1].append(entry)
      used += Self.width(entry)
    }
    return lines
  }

  private var lineHeight: Int { 14 * magnification }

  var height: Int { lines.count * lineHeight }

  /// With the space behind it, in dots of the font.
  private static func width(_ entry: Entry) -> Int {
    let gap = 12
    return switch entry {
    case .swatch(_, let name): 12 + name.count * BitmapFont.advance + gap
    case .text(let text): text.count * BitmapFont.advance + gap
    case .charge(let scale):
      ends(scale).reduce(scaleCells + 8) { $0 + $1.count * BitmapFont.advance } + gap
    }
  }

  private static func ends(_ scale: ColorScale) -> [String] {
    ["charge \(Int(scale.lowest))", "\(Int(scale.highest))"]
  }

  func draw(on canvas: inout Canvas, x left: Int, y top: Int, _ ink: Color) {
    let unit = magnification
    for (number, line) in lines.enumerated() {
      var x = left
      let y = top + number * lineHeight
      for entry in line {
        switch entry {
        case .swatch(let color, let name):
          canvas.fill(x: x, y: y, width: 9 * unit, height: 9 * unit, color)
          canvas.write(name, x: x + 12 * unit, y: y + unit, ink, magnification: unit)
        case .text(let text):
          canvas.write(text, x: x, y: y + unit, ink, magnification: unit)
        case .charge(let scale):
          let ends = Self.ends(scale)
          var end = canvas.write(ends[0], x: x, y: y + unit, ink, magnification: unit) + 2 * unit
          for cell in 0..<Self.scaleCells {
            let color = ColorScale.color(at: Double(cell) / Double(Self.scaleCells - 1))
            canvas.fill(x: end + cell * unit, y: y, width: unit, height: 9 * unit, color)
          }
          end += (Self.scaleCells + 4) * unit
          canvas.write(ends[1], x: end, y: y + unit, ink, magnification: unit)
        }
        x += Self.width(entry) * unit
      }
    }
  }
}
