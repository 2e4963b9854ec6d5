/// Pictures of events: for each plane a row with charge and, where they are known, truth, prediction
/// and errors; below it the same magnified around the true neutrino interaction.
///
/// Wires run from left to right, the drift from bottom to top. Large planes are max pooled (a pixel
/// shows the largest charge, the highest class and the gravest error of its sites), small ones
/// magnified. Charge has a logarithmic colour scale common to all planes; where no site is active the
/// picture is black. A box in the panels shows what is magnified.
///
/// Cost: some 0.1 s for three planes of 1280 × 2048, most of it drawing and compression.
public struct EventDisplay: Sendable {
  /// The picture is at most about this wide, in pixels.
  public let maximumWidth: Int
  /// Whether there are rows around the neutrino interaction.
  public let magnifiesNeutrino: Bool

  /// More would not show more: two panels need not be as wide as four.
  private let mostPanelWidth = 720
  private let margin = 12
  private let gap = 10
  private let paper = Color(24, 25, 30)
  private let ink = Color(225, 225, 230)
  private let faintInk = Color(165, 167, 175)

  /// Colours of background, cosmic and neutrino.
  package static let classColors = [Color(88, 88, 92), Color(70, 150, 255), Color(255, 112, 40)]
  static let classNames = ["background", "cosmic", "neutrino"]

  /// Makes a painter of events.
  ///
  /// - Parameters:
  ///   - maximumWidth: widths below 300 are taken as 300.
  ///   - magnifiesNeutrino: whether there are rows around the neutrino interaction.
  public init(maximumWidth: Int = 2200, magnifiesNeutrino: Bool = true) {
    self.maximumWidth = max(maximumWidth, 300)
    self.magnifiesNeutrino = magnifiesNeutrino
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

  /// The bytes of the picture as a PNG file.
  ///
  /// - Throws: ``PictureError`` when the arrays of a plane do not belong together.
  public func encodedPNG(
    _ planes: [PlanePicture], title: String
  ) throws(PictureError) -> [UInt8] {
    try draw(planes, title: title).encodedPNG()
  }

  /// A row of panels: a plane, or the part of it around the neutrino.
  private struct Row {
    let plane: Int
    let scale: PanelScale
    /// What is shown magnified below.
    var box: PlaneWindow?
    let isMagnified: Bool
  }

  /// The picture itself.
  package func draw(_ planes: [PlanePicture], title: String) throws(PictureError) -> Canvas {
    for (index, plane) in planes.enumerated() { try plane.validate(plane: index) }
    let panels = EventPanel.shown(of: planes)
    let shared = (maximumWidth - 2 * margin - (panels.count - 1) * gap) / panels.count
    let available = min(shared, mostPanelWidth)
    let rows = rows(of: planes, available: available)
    // Wide enough for its caption, if the picture may be.
    let panelWidth = max(rows.map(\.scale.width).max() ?? available, min(available, 230))
    let width = 2 * margin + panels.count * panelWidth + (panels.count - 1) * gap
    let text = panelWidth >= 400 ? 2 : 1
    let colors = ColorScale(charges: planes.flatMap(\.charge))
    let legend = EventLegend(
      panels, colors, width: width - 2 * margin, magnification: text,
      hasMagnifiedPanels: rows.contains(where: \.isMagnified))
    let (titleHeight, captionHeight) = (30 + 8 * (text - 1), 8 + 10 * text)
    let heights = rows.map { captionHeight + $0.scale.height + gap }

    var canvas = Canvas(
      width: width, height: titleHeight + heights.reduce(0, +) + legend.height + gap,
      background: paper)
    let written = title.prefix((width - 2 * margin) / (BitmapFont.advance * (text + 1)))
    canvas.write(String(written), x: margin, y: 8, ink, magnification: text + 1)
    var y = titleHeight
    for (row, height) in zip(rows, heights) {
      for (number, panel) in panels.enumerated() {
        let x = margin + number * (panelWidth + gap)
        let plane = planes[row.plane]
        let caption = caption(of: panel, row, plane).prefix(panelWidth / BitmapFont.advance / text)
        canvas.write(String(caption), x: x, y: y + 5, faintInk, magnification: text)
        canvas.paint(
          panel.cells(of: plane, colors, row.scale), row.scale, x: x, y: y + captionHeight)
        outline(row, on: &canvas, x: x, y: y + captionHeight)
      }
      y += height
    }
    legend.draw(on: &canvas, x: margin, y: y + 4, faintInk)
    return canvas
  }

  private func rows(of planes: [PlanePicture], available: Int) -> [Row] {
    planes.enumerated().flatMap { index, plane in
      let scale = PanelScale(of: plane, available: available)
      let magnified = magnifiesNeutrino ? scale.magnified(plane) : nil
      let whole = Row(plane: index, scale: scale, box: magnified?.window, isMagnified: false)
      return [whole] + (magnified.map { [Row(plane: index, scale: $0, isMagnified: true)] } ?? [])
    }
  }

  private func caption(of panel: EventPanel, _ row: Row, _ plane: PlanePicture) -> String {
    guard row.isMagnified else { return panel.caption(of: plane, row.plane) }
    let window = row.scale.window
    guard panel == .charge else { return panel.rawValue }
    return "plane \(row.plane)  wires \(window.firstColumn)-"
      + "\(window.firstColumn + window.columns - 1), drift \(window.firstRow)-"
      + "\(window.firstRow + window.rows - 1)"
  }

  /// The box of a whole plane, or the frame of a part of one.
  private func outline(_ row: Row, on canvas: inout Canvas, x: Int, y: Int) {
    if row.isMagnified {
      canvas.outline(
        x: x - 1, y: y - 1, width: row.scale.width + 2, height: row.scale.height + 2, ink)
    } else if let box = row.box {
      let place = row.scale.place(box)
      canvas.outline(
        x: x + place.x - 1, y: y + place.y - 1, width: place.width + 2, height: place.height + 2,
        ink)
    }
  }
}

extension Canvas {
  /// Paints the cells of a panel; black where there are none.
  mutating func paint(_ plane: PooledPlane<Color>?, _ scale: PanelScale, x: Int, y: Int) {
    fill(x: x, y: y, width: scale.width, height: scale.height, .black)
    guard let plane else { return }
    for (index, cell) in plane.cells.enumerated() {
      guard let color = cell else { continue }
      let size = scale.magnification
      fill(
        x: x + index % plane.width * size, y: y + index / plane.width * size, width: size,
        height: size, color)
    }
  }
}
