import CHDF5
import Files
import Foundation

/// An open HDF5 object, closed when the last reference to it goes.
///
/// C functions are called only inside functions that receive the handle as an argument (or as
/// `self`), so that it cannot be closed while they run.
package final class HDF5Handle {
  package let identifier: hid_t
  private var isOpen = true

  /// Takes over an identifier that an HDF5 function returned; nil when that function failed.
  package init?(_ identifier: hid_t) {
    guard identifier >= 0 else { return nil }
    self.identifier = identifier
  }

  /// Closes now; false when HDF5 could not (a file that cannot be flushed, for instance).
  package func close() -> Bool {
    guard isOpen else { return true }
    isOpen = false
    return H5Idec_ref(identifier) >= 0
  }

  deinit {
    HDF5.silence()
    _ = close()
  }
}

/// HDF5's reason for a failure, taken before closing handles clears it.
package struct HDF5Failure: Error {
  package let reason: String

  package init(reason: String) {
    self.reason = reason
  }
}

/// What concerns the HDF5 library as a whole.
package enum HDF5 {
  /// HDF5's default property list, error stack and "all of it" selection are all zero in C.
  package static let standard: hid_t = 0
  /// The extent of a dataset that can grow without limit.
  package static let unlimited = hsize_t.max

  /// Keeps HDF5 from printing its errors, and from closing files by itself when the process ends.
  ///
  /// What we open we close. A file that could not be flushed, on a full disk, is one that HDF5 tries
  /// to close again at exit, and crashes on. The printing setting belongs to a thread, and a reader may be handed from one thread to another, so
  /// every entrance to this module repeats it; it costs nanoseconds.
  package static func silence() {
    _ = hasNoExitHandler
    H5Eset_auto2(standard, nil, nil)
  }

  /// HDF5 takes this only before anything else is asked of it.
  private static let hasNoExitHandler = H5dont_atexit() >= 0

  /// The installed library's version: `1.10.8`.
  package static let version: String = {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    return H5get_libversion(&major, &minor, &release) < 0
      ? "unknown" : "\(major).\(minor).\(release)"
  }()

  /// Whether the installed library may be used from several threads, as Debian's may.
  ///
  /// One event loader may still be closing its file while another opens one.
  private static let isThreadSafe: Bool = {
    var isSafe = false
    return H5is_library_threadsafe(&isSafe) >= 0 && isSafe
  }()

  /// Refuses a library that would corrupt its own state.
  package static func checkThreadSafety(_ path: String) throws(FileError) {
    guard isThreadSafe else {
      throw .inputOutput(
        path, "needs a thread-safe HDF5 library; install one built with --enable-threadsafe")
    }
  }

  /// Fails where a test wants writing to fail.
  package static func checkDisk() throws(HDF5Failure) {
    guard WriteOperation.write.isRefused else { return }
    throw HDF5Failure(reason: String(cString: strerror(errno)))
  }

  /// Throws HDF5's reason when a function's result says that it failed.
  package static func check(_ result: herr_t) throws(HDF5Failure) {
    guard result >= 0 else { throw HDF5Failure(reason: reason()) }
  }

  /// HDF5's own words for what failed last: the innermost message of its error stack.
  ///
  /// To be asked immediately, since the next call of HDF5 clears the stack.
  package static func reason() -> String {
    var innermost = ""
    _ = withUnsafeMutablePointer(to: &innermost) { pointer in
      H5Ewalk2(
        standard, H5E_WALK_UPWARD,
        { _, record, client in
          guard let text = record?.pointee.desc, let client else { return 0 }
          let innermost = client.assumingMemoryBound(to: String.self)
          if innermost.pointee.isEmpty { innermost.pointee = String(cString: text) }
          return 0
        }, pointer)
    }
    return innermost.isEmpty ? "no reason given" : systemReason(in: innermost) ?? innermost
  }

  /// The system's words where HDF5 wraps them in addresses and times: `error message = '…'`.
  private static func systemReason(in text: String) -> String? {
    let parts = text.split(separator: "error message = '", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    return parts[1].prefix { $0 != "'" }.description
  }
}
