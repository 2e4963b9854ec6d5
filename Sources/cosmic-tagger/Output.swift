import CosmicTagger
import Foundation
import Synchronization

/// What the program writes to its standard streams, which may be closed, full or a broken pipe.
enum Output {
  /// Whether lines are JSON objects, as `--log-format json` asks.
  static let isJSON = Mutex(false)

  /// Says why the program ends, on standard error.
  static func fail(_ error: TaggerError) {
    let text = "cosmic-tagger: \(error.description)"
    let line =
      isJSON.withLock { $0 }
      ? JSONLog.line([:], level: "error", message: error.description) ?? text : text
    _ = write(line + "\n", to: STDERR_FILENO)
  }

  /// Takes the places of standard streams that are closed, where writing fails as before.
  ///
  /// Otherwise a file of the run would get one of them, and what is printed into it.
  static func reserveStreams() {
    while true {
      let descriptor = open("/dev/null", O_RDONLY)
      guard (0...STDERR_FILENO).contains(descriptor) else {
        if descriptor >= 0 { close(descriptor) }
        return
      }
    }
  }

  /// Prints a line, or ends the process if nobody can read it any more.
  ///
  /// One write a line: lines of several processes do not mix, and none is lost in a buffer.
  static func print(_ line: String) {
    if let reason = write(line + "\n", to: STDOUT_FILENO) {
      _ = write("cosmic-tagger: the output cannot be written (\(reason))\n", to: STDERR_FILENO)
      // Other threads may be reading events: nothing is taken down under them.
      _exit(TaggerError.Kind.inputOutput.rawValue)
    }
  }

  /// Writes text to a file descriptor, and returns the reason if that fails.
  static func write(_ text: String, to descriptor: Int32) -> String? {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EINTR {
        return String(cString: strerror(errno))
      }
    }
    return nil
  }
}
