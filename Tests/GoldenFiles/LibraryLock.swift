import CHDF5
import Synchronization

/// The HDF5 library keeps global state, and a test process reads from many threads at once.
private let library = Mutex(())

/// Runs one section of HDF5 calls with no other of this module beside it.
func withHDF5<Result: ~Copyable>(_ body: () throws -> sending Result) rethrows -> sending Result {
  try library.withLock { _ in try body() }
}

/// Opens an object, hands it to `body` and closes it again, whatever happens.
func withHandle<Result>(
  _ handle: hid_t, close: (hid_t) -> herr_t, orThrow message: @autoclosure () -> String,
  _ body: (hid_t) throws -> Result
) throws -> Result {
  guard handle >= 0 else { throw GoldenFileError(message()) }
  defer { _ = close(handle) }
  return try body(handle)
}
