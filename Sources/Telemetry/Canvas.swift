/// A colour with eight bits per channel.
package struct Color: Sendable, Equatable {
  package let red: UInt8
  package let green: UInt8
  package let blue: UInt8

  package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  static let black = Color(0, 0, 0)

  /// A colour between two: 0 gives the first, 1 the second.
  static func mix(_ first: Color, _ second: Color, _ share: Double) -> Color {
    func mix(_ first: UInt8, _ second: UInt8) -> UInt8 {
      UInt8(max(0, min(255, Double(first) + (Double(second) - Double(first)) * share)))
    }
    return Color(
      mix(first.red, second.red), mix(first.green, second.green), mix(first.blue, second.blue))
  }
}

/// A picture being drawn: rows from top to bottom, three bytes per pixel.
///
/// Whatever lies outside is cut off.
package struct Canvas: Sendable {
  package let width: Int
  package let height: Int
  private(set) var bytes: [UInt8]

  package init(width: Int, height: Int, background: Color) {
    self.width = max(width, 1)
    self.height = max(height, 1)
    bytes = []
    bytes.reserveCapacity(self.width * self.height * 3)
    for _ in 0..<self.width * self.height {
      bytes.append(background.red)
      bytes.append(background.green)
      bytes.append(background.blue)
    }
  }

  /// Colour of a pixel; black outside.
  package subscript(x: Int, y: Int) -> Color {
    get {
      guard let first = offset(x, y) else { return .black }
      return Color(bytes[first], bytes[first + 1], bytes[first + 2])
    }
    set {
      guard let first = offset(x, y) else { return }
      bytes[first] = newValue.red
      bytes[first + 1] = newValue.green
      bytes[first + 2] = newValue.blue
    }
  }

  package mutating func fill(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
    for row in max(y, 0)..<max(max(y, 0), min(y + height, self.height)) {
      for column in max(x, 0)..<max(max(x, 0), min(x + width, self.width)) {
        self[column, row] = color
      }
    }
  }

  /// Draws the border of a rectangle, one pixel wide.
  package mutating func outline(x: Int, y: Int, width: Int, height: Int, _ color: Color) {
    fill(x: x, y: y, width: width, height: 1, color)
    fill(x: x, y: y + height - 1, width: width, height: 1, color)
    fill(x: x, y: y, width: 1, height: height, color)
    fill(x: x + width - 1, y: y, width: 1, height: height, color)
  }

  /// Draws text with its upper left corner at (x, y) and returns the x behind it.
  @discardableResult
  package mutating func write(
    _ text: String, x: Int, y: Int, _ color: Color, magnification: Int = 1
  ) -> Int {
    var left = x
    for character in text {
      for (row, pattern) in BitmapFont.glyph(of: character).enumerated() {
        for column in 0..<BitmapFont.width
        where pattern >> (BitmapFont.width - 1 - column) & 1 == 1 {
          fill(
            x: left + column * magnification, y: y + row * magnification,
            width: magnification, height: magnification, color)
        }
      }
      left += BitmapFont.advance * magnification
    }
    return left
  }

  private func offset(_ x: Int, _ y: Int) -> Int? {
    guard x >= 0, x < width, y >= 0, y < height else { return nil }
    return (y * width + x) * 3
  }
}
