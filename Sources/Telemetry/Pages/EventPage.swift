/// One event as a page for a browser: the panels of every plane, magnified under the mouse, and its
/// figures.
///
/// All panels of a plane are magnified at the same place, so that charge, truth and prediction of a
/// track lie side by side. A click holds them there.
public struct EventPage {
  private let page: HTMLPage

  /// Makes the page.
  ///
  /// - Parameters:
  ///   - facts: what is said below the title, such as where the event is from.
  ///   - tables: figures.
  /// - Throws: ``PictureError`` when the arrays of a plane do not belong together.
  public init(
    title: String, facts: [(name: String, value: String)], tables: [MetricsTable],
    planes: [PlanePicture]
  ) throws(PictureError) {
    for (index, plane) in planes.enumerated() { try plane.validate(plane: index) }
    var page = HTMLPage(title: title, style: Self.style, script: Self.script)
    page.add("\(HTML.list(facts))\n\(tables.map(\.html))")
    let colors = ColorScale(charges: planes.flatMap(\.charge))
    let panels = EventPanel.shown(of: planes)
    page.add(Self.legend(panels, colors))
    for (index, plane) in planes.enumerated() {
      var figures: [HTML] = []
      for panel in panels {
        figures.append(try Self.figure(panel, of: plane, index, colors))
      }
      page.add("Plane \(index)", "<div class=\"plane\">\(figures)</div>")
    }
    self.page = page
  }

  /// The text of the page.
  public var text: String { page.html.text }

  /// Wide enough for the eye, small enough for a row of panels.
  private static let shownWidth = 560

  /// A panel twice: all of it at a glance, and its own pixels for when it is magnified.
  private static func figure(
    _ panel: EventPanel, of plane: PlanePicture, _ index: Int, _ colors: ColorScale
  ) throws(PictureError) -> HTML {
    let whole = PanelScale(of: plane, available: shownWidth)
    let fine = PanelScale(of: plane, available: plane.width)
    var pictures: [HTML] = []
    for (scale, style) in [(whole, "whole"), (fine, "fine")] {
      var canvas = Canvas(width: scale.width, height: scale.height, background: .black)
      canvas.paint(panel.cells(of: plane, colors, scale), scale, x: 0, y: 0)
      pictures.append(
        .picture(
          try canvas.encodedPNG(), label: "\(panel.rawValue) of plane \(index)", style: style))
    }
    if let box = whole.magnified(plane)?.window {
      pictures.append(self.box(box, of: plane))
    }
    return """
      <figure><div class="panel"><div class="cells">\(pictures)</div></div>
      <figcaption>\(panel.caption(of: plane, index))</figcaption></figure>
      """
  }

  private static func box(_ box: PlaneWindow, of plane: PlanePicture) -> HTML {
    func percent(_ part: Int, _ whole: Int) -> String {
      "\(Double(part * 100_000 / whole) / 1000)%"
    }
    let left = percent(box.firstColumn, plane.width)
    let bottom = percent(box.firstRow, plane.height)
    let width = percent(box.columns, plane.width)
    let height = percent(box.rows, plane.height)
    return """
      <div class="box" style="left:\(left);bottom:\(bottom);width:\(width);height:\(height)"></div>
      """
  }

  private static func legend(_ panels: [EventPanel], _ colors: ColorScale) -> HTML {
    func swatch(_ color: Color, _ name: String) -> HTML {
      "<span class=\"entry\"><span class=\"swatch\" style=\"background:\(color.css)\"></span>\(name)</span>"
    }
    var entries: [HTML] = []
    if panels.contains(.truth) || panels.contains(.prediction) {
      entries += zip(EventDisplay.classColors, EventDisplay.classNames).map(swatch)
    }
    let stops = (0...6).map { ColorScale.color(at: Double($0) / 6).css }.joined(separator: ",")
    entries.append(
      """
      <span class="entry">charge \(Int(colors.lowest))<span class="scale" \
      style="background:linear-gradient(90deg,\(stops))"></span>\(Int(colors.highest))</span>
      """)
    var lines: [HTML] = ["<p class=\"legend\">\(entries)</p>"]
    if panels.contains(.errors) {
      let names = EventDisplay.classNames
      let errors = SiteAnswer.errors.reversed().map {
        swatch($0.color, "\(names[$0.truth]) as \(names[$0.prediction])")
      }
      lines.append(
        "<p class=\"legend\"><span class=\"entry\">errors:</span>\(errors)<span>dark: right</span></p>"
      )
    }
    lines.append(
      """
      <p class="note">Wires to the right, drift time upwards. The box is around the true neutrino \
      interaction. Panels are magnified under the mouse; a click holds them, another lets go.</p>
      """)
    return HTML(lines)
  }

  private static let style = """
    main { max-width: 2400px; }
    .plane { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); gap: .6rem; }
    .panel { position: relative; overflow: hidden; background: #000; cursor: zoom-in; line-height: 0; }
    .cells { position: relative; }
    .cells img { width: 100%; height: auto; display: block; image-rendering: pixelated; }
    .cells img.fine { position: absolute; inset: 0; height: 100%; visibility: hidden; background: #000; }
    .zoomed .cells { transform: scale(6); transform-origin: var(--x) var(--y); }
    .zoomed .cells img.fine { visibility: visible; }
    .held .panel { cursor: zoom-out; outline: 2px solid var(--ink); }
    .box { position: absolute; border: 1px solid #e6e6ea; z-index: 1; }
    .zoomed .box { display: none; }
    figcaption { line-height: 1.3; padding-top: .2rem; }
    .legend { max-width: none; font-size: .9rem; }
    .entry { white-space: nowrap; margin-right: 1.1rem; }
    .swatch { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 1px; }
    .scale { display: inline-block; width: 7em; height: .8em; margin: 0 .4em; }

    """

  private static let script = """
    for (const plane of document.querySelectorAll(".plane")) {
      const follow = (event) => {
        const panel = event.target.closest(".panel");
        if (!panel || plane.classList.contains("held")) return;
        const area = panel.getBoundingClientRect();
        plane.style.setProperty("--x", (event.clientX - area.left) / area.width * 100 + "%");
        plane.style.setProperty("--y", (event.clientY - area.top) / area.height * 100 + "%");
        plane.classList.add("zoomed");
      };
      plane.addEventListener("pointermove", follow);
      plane.addEventListener("pointerleave", () => {
        if (!plane.classList.contains("held")) plane.classList.remove("zoomed");
      });
      plane.addEventListener("click", (event) => {
        if (plane.classList.toggle("held")) return;
        follow(event);
      });
    }
    """
}

extension Color {
  /// As style sheets write it.
  var css: String { "rgb(\(red),\(green),\(blue))" }
}
