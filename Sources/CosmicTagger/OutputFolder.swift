import Foundation

/// A folder that a run writes to: made, and tried, before the run begins rather than at its end.
public struct OutputFolder {
  /// The folder's path as the user gave it.
  public let path: String

  /// Makes the folder if it is missing.
  ///
  /// - Throws: `TaggerError` when it cannot be made or written to.
  public init(_ path: String) throws(TaggerError) {
    self.path = path
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    } catch {
      throw TaggerError(
        .inputOutput,
        "the folder \(path) cannot be made (\(Self.reason(error))): choose another --log-directory")
    }
    guard FileManager.default.isWritableFile(atPath: path) else {
      throw TaggerError(
        .inputOutput, "the folder \(path) cannot be written to: choose another --log-directory")
    }
  }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String {
    path.hasSuffix("/") ? path + name : "\(path)/\(name)"
  }

  private static func reason(_ error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let code = underlying?.code, underlying?.domain == NSPOSIXErrorDomain {
      return String(cString: strerror(Int32(code)))
    }
    return error.localizedDescription
  }
}
