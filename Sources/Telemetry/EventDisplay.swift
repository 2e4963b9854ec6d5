/// Pictures of events: for each plane a row with charge, truth and, if there is one, prediction.
///
/// Wires run from left to right, the drift from bottom to top. Large planes are max pooled (a pixel
/// shows the largest charge and the highest class of its sites), small ones magnified. Charge has a
/// logarithmic colour scale common to all planes; where no site is active the picture is black.
///
/// Cost: some 80 ms for three planes of 1280 × 2048, most of it drawing and compression.
public struct EventDisplay: Sendable {
  /// The picture is at most about this wide, in pixels.
  public let maximumWidth: Int

  private let margin = 12
  private let gap = 10
  private let captionHeight = 18
  private let titleHeight = 30
  private let legendHeight = 26
  private let paper = Color(24, 25, 30)
  private let ink = Color(225, 225, 230)
  private let faintInk = Color(150, 152, 160)

  /// Colours of background, cosmic and neutrino.
  package static let classColors = [Color(88, 88, 92), Color(70, 150, 255), Color(255, 112, 40)]
  private static let classNames = ["background", "cosmic", "neutrino"]

  /// Makes a painter of events.
  ///
  /// - Parameter maximumWidth: widths below 300 are taken as 300.
  public init(maximumWidth: Int = 2000) {
    self.maximumWidth = max(maximumWidth, 300)
  }

  /// Draws an event and writes it as a PNG file, replacing the file if there is one.
  ///
  /// - Parameters:
  ///   - planes: any number of planes, of any sizes.
  ///   - title: one line above the picture.
  ///   - path: where the file goes; its folder must exist.
  /// - Throws: ``PictureError`` when the arrays of a plane do not belong together, or the file cannot
  ///   be written.
  public func write(
    _ planes: [PlanePicture], title: String, to path: String
  ) throws(PictureError) {
    try draw(planes, title: title).writePNG(to: path)
  }

  /// The picture itself.
  package func draw(_ planes: [PlanePicture], title: String) throws(PictureError) -> Canvas {
    for (index, plane) in planes.enumerated() { try plane.validate(plane: index) }
    let panels = planes.contains { $0.prediction != nil } ? 3 : 2
    let available = (maximumWidth - 2 * margin - (panels - 1) * gap) / panels
    let layout = planes.map { Scale(of: $0, available: available) }
    // Wide enough for its caption, if the picture may be.
    let panelWidth = max(layout.map(\.width).max() ?? available, min(available, 230))
    let heights = layout.map { captionHeight + $0.height + gap }

    var canvas = Canvas(
      width: 2 * margin + panels * panelWidth + (panels - 1) * gap,
      height: titleHeight + heights.reduce(0, +) + legendHeight, background: paper)
    canvas.write(title, x: margin, y: 8, ink, magnification: 2)
    let colors = ColorScale(charges: planes.flatMap(\.charge))
    var y = titleHeight
    for (index, plane) in planes.enumerated() {
      for (panel, content) in contents(of: plane, index, colors, layout[index]).enumerated() {
        let x = margin + panel * (panelWidth + gap)
        let caption = String(content.caption.prefix(panelWidth / BitmapFont.advance))
        canvas.write(caption, x: x, y: y + 6, faintInk)
        canvas.paint(content.cells, layout[index], x: x, y: y + captionHeight)
      }
      y += heights[index]
    }
    drawLegend(on: &canvas, y: y + 4, colors)
    return canvas
  }

  /// Captions and coloured cells of a plane's panels.
  private func contents(
    of plane: PlanePicture, _ index: Int, _ colors: ColorScale, _ scale: Scale
  ) -> [(caption: String, cells: PooledPlane<Color>)] {
    let highest = plane.charge.max().map { ", max \(Int($0.rounded()))" } ?? ""
    let charge = plane.pooled(plane.charge, by: scale.pooling).map { colors.color(of: $0) }
    var contents = [
      ("plane \(index)  charge  \(plane.charge.count) sites\(highest)", charge),
      (counts("truth", plane.truth), classes(plane, plane.truth, scale)),
    ]
    if let prediction = plane.prediction {
      contents.append((counts("prediction", prediction), classes(plane, prediction, scale)))
    }
    return contents
  }

  private func classes(
    _ plane: PlanePicture, _ values: [Int], _ scale: Scale
  ) -> PooledPlane<Color> {
    plane.pooled(values, by: scale.pooling).map { Self.classColors[$0] }
  }

  private func counts(_ name: String, _ classes: [Int]) -> String {
    let cosmic = classes.count { $0 == 1 }
    let neutrino = classes.count { $0 == 2 }
    return "\(name)  \(cosmic) cosmic, \(neutrino) neutrino"
  }

  /// Class colours on the left, then the charge scale with its ends.
  private func drawLegend(on canvas: inout Canvas, y: Int, _ colors: ColorScale) {
    var x = margin
    for (name, color) in zip(Self.classNames, Self.classColors) {
      canvas.fill(x: x, y: y, width: 9, height: 9, color)
      x = canvas.write(name, x: x + 14, y: y + 1, faintInk) + 14
    }
    x = canvas.write("charge \(Int(colors.lowest))", x: x + 10, y: y + 1, faintInk) + 4
    for column in 0..<120 {
      let color = ColorScale.color(at: Double(column) / 119)
      canvas.fill(x: x + column, y: y, width: 1, height: 9, color)
    }
    canvas.write("\(Int(colors.highest))", x: x + 126, y: y + 1, faintInk)
  }
}

/// How many pixels of a plane share one of the picture, or the other way round.
private struct Scale {
  let pooling: Int
  let magnification: Int
  let width: Int
  let height: Int

  init(of plane: PlanePicture, available: Int) {
    // A tall plane is limited by its height, or the picture would have no end.
    let tallest = 2 * available
    let across = (plane.width + available - 1) / available
    let along = (plane.height + tallest - 1) / tallest
    pooling = max(1, across, along)
    let columns = (plane.width + pooling - 1) / pooling
    let rows = (plane.height + pooling - 1) / pooling
    magnification = max(1, min(available / columns, tallest / rows, 8))
    width = columns * magnification
    height = rows * magnification
  }
}

extension PooledPlane {
  fileprivate func map<Other>(_ transform: (Value) -> Other) -> PooledPlane<Other> {
    var other = PooledPlane<Other>(width: width, height: height)
    for (index, cell) in cells.enumerated() { other.cells[index] = cell.map(transform) }
    return other
  }
}

extension Canvas {
  fileprivate mutating func paint(_ plane: PooledPlane<Color>, _ scale: Scale, x: Int, y: Int) {
    fill(x: x, y: y, width: scale.width, height: scale.height, .black)
    for (index, cell) in plane.cells.enumerated() {
      guard let color = cell else { continue }
      let size = scale.magnification
      fill(
        x: x + index % plane.width * size, y: y + index / plane.width * size, width: size,
        height: size, color)
    }
  }
}
