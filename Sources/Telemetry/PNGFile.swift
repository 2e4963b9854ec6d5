import CPNG

/// A picture could not be made or written; the description is one sentence.
public struct PictureError: Error, CustomStringConvertible, Equatable {
  /// What is wrong with which file or plane, and what to do.
  public let description: String
}

extension Canvas {
  /// Writes the picture as a PNG file, replacing the file if there is one.
  ///
  /// libpng's simplified interface reports errors as values; the classic one would jump out of
  /// Swift's frames.
  ///
  /// - Throws: ``PictureError`` when the file cannot be written.
  package func writePNG(to path: String) throws(PictureError) {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    let isWritten = bytes.withUnsafeBytes { pixels in
      png_image_write_to_file(&image, path, 0, pixels.baseAddress, png_int_32(width * 3), nil)
    }
    let reason = withUnsafeBytes(of: image.message) { message in
      String(decoding: message.prefix { $0 != 0 }, as: UTF8.self)
    }
    png_image_free(&image)
    guard isWritten != 0 else {
      throw PictureError(
        description: "Cannot write the picture \(path) (\(reason)); "
          + "check that its folder exists, is writable and has space.")
    }
  }
}
