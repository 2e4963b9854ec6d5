/// A picture in shades of grey: rows from top to bottom, a byte for each pixel.
public struct GreyPicture: Equatable, Sendable {
  /// Pixels of a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// The shades, 0 black to 255 white, row by row.
  public private(set) var shades: [UInt8]

  /// A black picture of at least one pixel.
  public init(width: Int, height: Int) {
    self.width = max(width, 1)
    self.height = max(height, 1)
    shades = [UInt8](repeating: 0, count: self.width * self.height)
  }

  /// Makes a pixel at least so light; whatever lies outside is cut off.
  public mutating func lighten(x: Int, y: Int, to shade: UInt8) {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return }
    shades[y * width + x] = max(shades[y * width + x], shade)
  }

  /// The bytes of the picture as a PNG file.
  ///
  /// - Throws: ``PictureError`` for a picture that PNG cannot hold.
  package func encodedPNG() throws(PictureError) -> [UInt8] {
    try PNGPixels(bytes: shades, width: width, height: height, channels: 1).encoded()
  }
}
