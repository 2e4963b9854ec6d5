import Foundation
import Synchronization

/// What is done to a file that is written.
package enum WriteOperation: Sendable {
  /// Making it, or opening it to go on.
  case open
  /// Putting bytes into it.
  case write
  /// Bringing bytes to the disk.
  case flush
  /// Giving it its name.
  case rename

  /// Whether a test wants this operation to fail; `errno` then says that the disk is full.
  ///
  /// Everything that writes a file asks this first.
  package var isRefused: Bool {
    guard let faults = WriteFaults.current, faults.refuses(self) else { return false }
    errno = ENOSPC
    return true
  }
}

/// A disk that fails: of the operations of the files a test writes, one and all after it are refused.
///
/// ```swift
/// var number = 0
/// repeat {
///   let faults = WriteFaults(from: number)
///   try? WriteFaults.$current.withValue(faults) { try save() }
///   // The old state loads, or the new one.
///   number += 1
/// } while faults.wasReached
/// ```
package final class WriteFaults: Sendable {
  /// The disk of this task; nothing for the machine's own.
  @TaskLocal package static var current: WriteFaults?

  private let first: Int
  private let lasts: Bool
  private let asked = Mutex(0)

  /// A disk that does so many operations and refuses the next.
  ///
  /// - Parameter lasts: whether it refuses all after that too, as a full disk does, or one alone.
  package init(from first: Int, lasts: Bool = true) {
    self.first = first
    self.lasts = lasts
  }

  /// Whether an operation was refused.
  package var wasReached: Bool { asked.withLock { $0 > first } }

  fileprivate func refuses(_ operation: WriteOperation) -> Bool {
    asked.withLock { asked in
      defer { asked += 1 }
      return lasts ? asked >= first : asked == first
    }
  }
}
