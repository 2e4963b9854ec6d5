import Foundation
import Testing

/// A directory that is gone when its last reference is.
final class Scratch {
  let path = FileManager.default.temporaryDirectory.path + "/telemetry-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func bytes(_ name: String) throws -> [UInt8] {
    try Array(#require(FileManager.default.contents(atPath: file(name))))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
