/// Images of one height and width, and those a window over them leads to.
public struct ImageExtents {
  /// Number of images.
  public let images: Int
  /// Rows and columns of the finer images.
  public let fine: (rows: Int, columns: Int)
  /// Rows and columns of a window, which is also its step: windows cover the image and do not overlap.
  public let window: (rows: Int, columns: Int)

  /// Extents, of which the window divides the finer image.
  public init(
    images: Int, fine: (rows: Int, columns: Int), window: (rows: Int, columns: Int)
  ) {
    precondition(
      fine.rows % window.rows == 0 && fine.columns % window.columns == 0,
      "windows cover an image exactly")
    self.images = images
    self.fine = fine
    self.window = window
  }

  /// Pixels of the largest window that maxima are taken of: places in it are bytes, of which 255 stands
  /// for none.
  public static let mostPooledPixels = 254

  /// Rows and columns of the coarser images.
  public var coarse: (rows: Int, columns: Int) {
    (fine.rows / window.rows, fine.columns / window.columns)
  }

  /// Pixels of all finer images.
  public var finePixels: Int { images * fine.rows * fine.columns }

  /// Pixels of all coarser images.
  public var coarsePixels: Int { images * coarse.rows * coarse.columns }
}
