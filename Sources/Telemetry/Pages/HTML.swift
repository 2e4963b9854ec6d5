import Foundation

/// A piece of HTML, which is also XML.
///
/// What is written in a literal is markup; what is put into it is text and escaped, unless it is HTML
/// itself. So no path and no message can become markup.
///
/// ```swift
/// let name = "a<b"
/// let cell: HTML = "<td>\(name)</td>"   // <td>a&lt;b</td>
/// ```
package struct HTML: ExpressibleByStringInterpolation, Equatable, Sendable {
  /// The markup.
  package let text: String

  private init(text: String) { self.text = text }

  package init(stringLiteral markup: String) { text = markup }

  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  /// Pieces one after the other, each on a line of its own.
  package init(_ pieces: [HTML]) { text = pieces.map(\.text).joined(separator: "\n") }

  /// Takes markup or style as it is.
  static func verbatim(_ markup: String) -> HTML { HTML(text: markup) }

  /// Text, escaped.
  package static func escaped(_ text: String) -> HTML {
    var markup = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": markup += "&amp;"
      case "<": markup += "&lt;"
      case ">": markup += "&gt;"
      case "\"": markup += "&quot;"
      case "'": markup += "&#39;"
      case "\n", "\t": markup.unicodeScalars.append(scalar)
      // XML has no place for these, not even escaped.
      case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        markup += "\u{FFFD}"
      default: markup.unicodeScalars.append(scalar)
      }
    }
    return HTML(text: markup)
  }

  /// A PNG picture, in the page itself.
  package static func picture(_ png: [UInt8], label: String, style: String = "picture") -> HTML {
    let data = HTML(text: Data(png).base64EncodedString())
    return "<img class=\"\(style)\" src=\"data:image/png;base64,\(data)\" alt=\"\(label)\"/>"
  }

  /// What is written between the values of a literal.
  package struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity)
    }

    package mutating func appendLiteral(_ markup: String) { text += markup }

    package mutating func appendInterpolation(_ html: HTML) { text += html.text }

    package mutating func appendInterpolation(_ pieces: [HTML]) { text += HTML(pieces).text }

    package mutating func appendInterpolation(_ string: some StringProtocol) {
      text += HTML.escaped(String(string)).text
    }

    package mutating func appendInterpolation(_ number: Int) { text += "\(number)" }
  }
}

extension MetricsTable {
  /// The table as HTML: numbers to the right, what is not known as a dash.
  package var html: HTML {
    func cell(_ cell: Cell) -> HTML {
      let text = cell.rendered == "-" ? "–" : cell.rendered
      return cell.isText ? "<th scope=\"row\">\(text)</th>" : "<td>\(text)</td>"
    }
    let isLeft = headers.indices.map { column in
      rows.contains { column < $0.count && $0[column].isText }
    }
    let head: [HTML] = zip(headers, isLeft).map { header, isLeft in
      isLeft
        ? "<th scope=\"col\" class=\"left\">\(header)</th>" : "<th scope=\"col\">\(header)</th>"
    }
    let body: [HTML] = rows.map { "<tr>\($0.map(cell))</tr>" }
    return """
      <div class="wide"><table><thead><tr>\(head)</tr></thead>
      <tbody>\(body)</tbody></table></div>
      """
  }
}
