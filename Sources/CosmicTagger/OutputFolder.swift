import Foundation

/// A folder that a run writes to: made, and tried, before the run begins rather than at its end.
public struct OutputFolder {
  /// The folder's path as the user gave it.
  public let path: String

  /// Makes the folder if it is missing.
  ///
  /// - Parameter option: the option that named it, for messages.
  /// - Throws: `TaggerError` when it cannot be made or written to.
  public init(_ path: String, option: String = "--log-directory") throws(TaggerError) {
    self.path = path
    let failure = Self.make(path)
    guard failure == 0 else {
      throw TaggerError(
        .inputOutput,
        "the folder \"\(path)\" cannot be made (\(String(cString: strerror(failure)))): "
          + "choose another \(option)")
    }
    guard FileManager.default.isWritableFile(atPath: path) else {
      throw TaggerError(
        .inputOutput, "the folder \"\(path)\" cannot be written to: choose another \(option)")
    }
  }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String {
    path.hasSuffix("/") ? path + name : "\(path)/\(name)"
  }

  /// Makes a folder and those it lies in, and returns why it could not, or zero.
  private static func make(_ path: String) -> Int32 {
    if mkdir(path, 0o777) == 0 { return 0 }
    let failure = errno
    if failure == EEXIST {
      var status = stat()
      let isFolder = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      return isFolder ? 0 : ENOTDIR
    }
    let parent = (path as NSString).deletingLastPathComponent
    guard failure == ENOENT, !parent.isEmpty, parent != path else { return failure }
    let above = make(parent)
    return above != 0 ? above : mkdir(path, 0o777) == 0 ? 0 : errno
  }
}
