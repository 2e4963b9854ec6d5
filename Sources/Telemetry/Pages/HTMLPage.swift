/// A page of HTML that needs nothing but itself: no other file, no network.
package struct HTMLPage: Sendable {
  private let title: String
  private let subtitle: String
  private let style: String
  private let script: String
  private var sections: [HTML] = []

  /// An empty page.
  ///
  /// - Parameters:
  ///   - style: rules beyond those of all pages.
  ///   - script: what runs when the page is there.
  package init(title: String, subtitle: String = "", style: String = "", script: String = "") {
    self.title = title
    self.subtitle = subtitle
    self.style = style
    self.script = script
  }

  /// Adds a section with a heading.
  package mutating func add(_ heading: String, _ content: HTML) {
    sections.append("<section>\n<h2>\(heading)</h2>\n\(content)\n</section>")
  }

  /// Adds what has no heading.
  package mutating func add(_ content: HTML) {
    sections.append("<section>\n\(content)\n</section>")
  }

  /// All of it.
  package var html: HTML {
    let below: HTML = subtitle.isEmpty ? "" : "<p class=\"subtitle\">\(subtitle)</p>"
    let scripts: HTML =
      script.isEmpty ? "" : "<script>//<![CDATA[\n\(HTML.verbatim(script))\n//]]></script>"
    return """
      <!DOCTYPE html>
      <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <title>\(title)</title>
      <link rel="icon" href="data:,"/>
      <style>\(HTML.verbatim(Self.style + style))</style>
      </head>
      <body>
      <main>
      <header><h1>\(title)</h1>\(below)</header>
      \(sections)
      </main>
      \(scripts)
      </body>
      </html>

      """
  }

  /// Dark ink on paper; two columns of curves where there is room, one on a phone.
  private static let style = """

    :root { --ink: #1d1c1a; --faint: #6a665f; --rule: #d9d4c8; --paper: #fdfcf8;
      --train: #1f5f9e; --test: #c8520a; }
    * { box-sizing: border-box; }
    html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%;
      font: 17px/1.5 Charter, "Bitstream Charter", "Source Serif 4", Cambria, Georgia,
        "DejaVu Serif", serif; }
    body { margin: 0; }
    main { max-width: 1160px; margin: 0 auto; padding: 2.2rem 1.4rem 4rem; }
    header { border-bottom: 2px solid var(--ink); padding-bottom: .6rem; }
    h1 { font-size: 1.7rem; line-height: 1.2; font-weight: 600; margin: 0;
      overflow-wrap: anywhere; }
    h2 { font-size: 1.2rem; font-weight: 600; margin: 2.4rem 0 .7rem; }
    h3 { font-size: 1rem; font-weight: 600; margin: 1.2rem 0 .3rem; }
    p { max-width: 44rem; margin: .5rem 0; }
    .subtitle, .note, figcaption { color: var(--faint); font-size: .9rem; }
    .missing { color: var(--faint); font-style: italic; }
    .wide { overflow-x: auto; }
    table { border-collapse: collapse; font-size: .92rem;
      font-variant-numeric: tabular-nums lining-nums; margin: .4rem 0 1rem; }
    th, td { padding: .22rem .8rem; text-align: right; white-space: nowrap; }
    th:first-child, td:first-child { padding-left: 0; }
    thead th { border-bottom: 1px solid var(--ink); font-weight: 600; vertical-align: bottom; }
    tbody tr { border-bottom: 1px solid var(--rule); }
    tbody th, th.left { text-align: left; font-weight: 400; }
    thead th.left { font-weight: 600; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1.2rem; margin: .8rem 0;
      font-size: .95rem; }
    dt { color: var(--faint); }
    dd { margin: 0; overflow-wrap: anywhere; }
    figure { margin: 0 0 1.4rem; break-inside: avoid; }
    img.picture { max-width: 100%; height: auto; display: block; }
    svg { width: 100%; height: auto; display: block; }
    summary { cursor: pointer; margin: .6rem 0; }
    @media (max-width: 640px) { html { font-size: 16px; } main { padding: 1.2rem .9rem 3rem; }
      dl { grid-template-columns: 1fr; } dt { margin-top: .4rem; } }
    @media print { @page { margin: 1.6cm; } html { font-size: 10.5pt; background: none; }
      main { max-width: none; padding: 0; } h2 { break-after: avoid; }
      img.picture { max-height: 24cm; }
      table { font-size: .8rem; break-inside: avoid; } th, td { padding: .15rem .35rem; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }

    """
}

extension HTML {
  /// Names and what they stand for.
  package static func list(_ facts: [(name: String, value: String)]) -> HTML {
    let rows: [HTML] = facts.map { "<dt>\($0.name)</dt><dd>\($0.value)</dd>" }
    return "<dl>\(rows)</dl>"
  }
}
