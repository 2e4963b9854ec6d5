import CHDF5

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file of numbers made by the original programs, read with nothing of production.
///
/// Groups, datasets and attributes are reached through `root`. Reading is serialised, so tests
/// that run side by side may share one file.
public final class GoldenFile: Sendable {
  /// The path the file was opened with.
  public let path: String
  let handle: hid_t

  /// Opens a file for reading.
  ///
  /// - Throws: `GoldenFileError` if the file cannot be opened as HDF5.
  public init(_ path: String) throws {
    self.path = path
    handle = withHDF5 {
      H5Eset_auto2(0, nil, nil)
      return H5Fopen(path, submanifold_h5_read_only(), 0)
    }
    guard handle >= 0 else {
      throw GoldenFileError(
        "\(path) cannot be opened as HDF5; set GOLDEN_DIR to the folder of golden files.")
    }
  }

  deinit {
    _ = withHDF5 { H5Fclose(handle) }
  }

  /// The top of the file.
  public var root: GoldenGroup { GoldenGroup(file: self, path: "/") }

  /// The group of that name directly below the top.
  public func group(_ name: String) throws -> GoldenGroup { try root.group(name) }
}

extension GoldenFile {
  /// The folder of golden files: `GOLDEN_DIR`, or `../shared/golden` beside the package.
  public static var directory: String {
    guard let value = getenv("GOLDEN_DIR"), value.pointee != 0 else { return "../shared/golden" }
    return String(cString: value)
  }

  /// Whether the folder of golden files has this file: what tests ask before they run.
  public static func isAvailable(_ name: String) -> Bool {
    access("\(directory)/\(name)", R_OK) == 0
  }

  /// Opens a file of the golden folder.
  public static func open(_ name: String) throws -> GoldenFile {
    try GoldenFile("\(directory)/\(name)")
  }
}

/// Why a golden file could not be read, in one sentence.
public struct GoldenFileError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String

  init(_ description: String) { self.description = description }
}
