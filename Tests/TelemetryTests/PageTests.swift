import Foundation
import Telemetry
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The names of a page's elements; nothing where it is not well formed.
func elements(_ page: String) -> [String]? {
  final class Reader: NSObject, XMLParserDelegate {
    var names: [String] = []
    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      names.append(name)
    }
  }
  let reader = Reader()
  let parser = XMLParser(data: Data(page.utf8))
  parser.delegate = reader
  return parser.parse() ? reader.names : nil
}

@Suite("Pages")
struct PageTests {
  private static let hostile = "<script>\"&'\u{1}</h1>]]>"

  @Test("What is put into markup is escaped, unless it is markup")
  func escaping() {
    let name = "a<b & \"c'"
    let cell: HTML = "<td title=\"\(name)\">\(name)</td>"
    #expect(
      cell.text
        == "<td title=\"a&lt;b &amp; &quot;c&#39;\">a&lt;b &amp; &quot;c&#39;</td>")
    #expect(("<tr>\([cell, cell])</tr>" as HTML).text == "<tr>\(cell.text)\n\(cell.text)</tr>")
    #expect(HTML.escaped("\u{0}\u{1F}\n").text == "\u{FFFD}\u{FFFD}\n")
  }

  @Test("A page is well formed whatever its title and text say")
  func wellFormed() throws {
    var page = HTMLPage(
      title: Self.hostile, subtitle: Self.hostile, style: "a > b { color: red; }",
      script: "if (1 < 2 && 3 > 2) {}")
    page.add(Self.hostile, HTML.list([(Self.hostile, Self.hostile)]))
    var table = MetricsTable(headers: [Self.hostile, "x"])
    table.append([.text(Self.hostile), .number(.nan, decimals: 2)])
    page.add(table.html)
    let text = page.html.text
    let names = try #require(elements(text))
    #expect(names.count { $0 == "script" } == 1)
    #expect(names.count { $0 == "h1" } == 1)
    #expect(text.hasPrefix("<!DOCTYPE html>"))
  }

  @Test("A page of an event holds its panels, and needs nothing else")
  func event() throws {
    let plane = PlanePicture(
      width: 500, height: 400, rows: [1, 20], columns: [3, 20], charge: [4, 5], truth: [1, 2],
      prediction: [1, 1])
    var table = MetricsTable(headers: ["plane", "accuracy"])
    table.append([.text("0"), .number(0.5, decimals: 2)])
    let page = try EventPage(
      title: Self.hostile, facts: [("events", Self.hostile)], tables: [table],
      planes: [plane, plane])
    let names = try #require(elements(page.text))
    // Four panels of each plane, each as a whole and in its own pixels.
    #expect(names.count { $0 == "img" } == 16)
    #expect(names.count { $0 == "figure" } == 8)
    #expect(!page.text.contains("src=\"http"))
    #expect(page.text.components(separatedBy: "class=\"box\"").count == 9)
    #expect(throws: PictureError.self) {
      var wrong = plane
      wrong.rows[0] = 999
      _ = try EventPage(title: "", facts: [], tables: [], planes: [wrong])
    }
  }

  @Test("Tables have figures on the right and dashes for what is not known")
  func table() {
    var table = MetricsTable(headers: ["class", "IoU"])
    table.append([.text("cosmic"), .number(0.81254, decimals: 4)])
    table.append([.text("neutrino"), .missing])
    let text = table.html.text
    #expect(text.contains("<th scope=\"row\">cosmic</th>\n<td>0.8125</td>"))
    #expect(text.contains("<td>–</td>"))
  }
}
