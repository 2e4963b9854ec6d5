import CPNG
import Files

/// A picture could not be made or written; the description is one sentence.
public struct PictureError: Error, CustomStringConvertible, Equatable {
  /// What is wrong with which file or plane, and what to do.
  public let description: String
}

extension Canvas {
  /// Writes the picture as a PNG file, replacing the file if there is one.
  ///
  /// - Throws: ``PictureError`` when the file cannot be written.
  package func writePNG(to path: String) throws(PictureError) {
    do {
      try WrittenFile(path, .replace).write(encodedPNG())
    } catch {
      throw PictureError(description: "Cannot write the picture \(error).")
    }
  }

  /// The bytes of the picture as a PNG file.
  ///
  /// - Throws: ``PictureError`` for a picture that PNG cannot hold.
  package func encodedPNG() throws(PictureError) -> [UInt8] {
    try PNGPixels(bytes: bytes, width: width, height: height, channels: 3).encoded()
  }
}

/// Pixels in the order in which PNG takes them: red, green and blue, or one shade of grey.
struct PNGPixels {
  let bytes: [UInt8]
  let width: Int
  let height: Int
  let channels: Int

  /// The bytes of a PNG file.
  ///
  /// libpng's simplified interface reports errors as values; the classic one would jump out of
  /// Swift's frames.
  func encoded() throws(PictureError) -> [UInt8] {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = channels == 1 ? 0 : png_uint_32(PNG_FORMAT_FLAG_COLOR)
    defer { png_image_free(&image) }
    // Its size is known only once it is made: room for the worst that deflate can do.
    var size = png_alloc_size_t(bytes.count + bytes.count / 100 + height + 4096)
    var encoded = [UInt8](repeating: 0, count: size)
    let isMade = bytes.withUnsafeBytes { pixels in
      png_image_write_to_memory(
        &image, &encoded, &size, 0, pixels.baseAddress, png_int_32(width * channels), nil)
    }
    guard isMade != 0 else {
      let reason = withUnsafeBytes(of: image.message) { message in
        String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw PictureError(description: "Cannot make a picture of \(width)×\(height) (\(reason)).")
    }
    return Array(encoded.prefix(size))
  }
}
