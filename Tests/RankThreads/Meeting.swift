import Foundation

/// Where threads that are ranks leave bytes for each other.
final class Meeting: @unchecked Sendable {
  let size: Int

  private let changed = NSCondition()
  private var left: [String: [Int: [UInt8]]] = [:]
  private var takers: [String: Int] = [:]
  private var posted: [Route: [[UInt8]]] = [:]

  private struct Route: Hashable {
    let from: Int
    let to: Int
  }

  init(_ size: Int) { self.size = size }

  /// Leaves what one rank has for what all do together.
  func leave(_ bytes: [UInt8], _ key: String, _ rank: Int) {
    locked { left[key, default: [:]][rank] = bytes }
  }

  /// Whether all ranks have left theirs.
  func isComplete(_ key: String) -> Bool { locked { left[key]?.count == size } }

  /// Waits for what all have left, in the order of ranks; each rank takes it once.
  func take(_ key: String) -> [[UInt8]] {
    locked {
      while left[key]?.count != size { changed.wait() }
      let all = (0..<size).map { left[key]?[$0] ?? [] }
      takers[key, default: 0] += 1
      if takers[key] == size { left[key] = nil }
      return all
    }
  }

  /// Leaves bytes for one rank.
  func post(_ bytes: [UInt8], from: Int, to: Int) {
    locked { posted[Route(from: from, to: to), default: []].append(bytes) }
  }

  /// Waits for bytes from one rank.
  func collect(from: Int, to: Int) -> [UInt8] {
    locked {
      let route = Route(from: from, to: to)
      while true {
        if let first = posted[route]?.first {
          posted[route]?.removeFirst()
          return first
        }
        changed.wait()
      }
    }
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    changed.lock()
    defer {
      changed.broadcast()
      changed.unlock()
    }
    return body()
  }
}
