import CHDF5
import Foundation

/// How HDF5 reads files that may be damaged on purpose.
///
/// HDF5's own driver answers reads beyond the end of a file with zeros, however many, and has a
/// buffer for small blocks ("metadata accumulator") that is copied from beyond its end when an
/// address and a size overflow together.  This one has neither: what is not there cannot be read.
/// It reads only.
///
/// Source: HDF5 Virtual File Layer.
private typealias CheckedFile = UnsafeMutablePointer<submanifold_h5_file>

extension HDF5Handle {
  /// Opens a file for reading, through the driver that reads nothing beyond the file's end.
  static func openCheckedFile(_ path: String) -> HDF5Handle? {
    guard checkedDriver >= 0, let access = HDF5Handle(H5Pcreate(submanifold_h5_file_access())),
      H5Pset_driver(access.identifier, checkedDriver, nil) >= 0
    else { return nil }
    return HDF5Handle(H5Fopen(path, submanifold_h5_read_only(), access.identifier))
  }
}

/// Registered once, and never given back; negative when HDF5 fails.
private let checkedDriver: hid_t = {
  // HDF5 keeps the name as it is.
  guard let name = strdup("submanifold") else { return -1 }
  var driver = submanifold_h5_driver(name)
  driver.open = { path, flags, _, _ in openFile(path, flags) }
  driver.close = { base in
    guard let file = checked(base) else { return -1 }
    close(file.pointee.descriptor)
    free(file)
    return 0
  }
  driver.cmp = compareFiles
  driver.query = { _, features in
    features?.pointee = submanifold_h5_data_sieve()
    return 0
  }
  driver.get_eoa = { base, _ in checked(base)?.pointee.allocated ?? 0 }
  driver.set_eoa = { base, _, address in
    checked(base)?.pointee.allocated = address
    return 0
  }
  driver.get_eof = { base, _ in checked(base)?.pointee.size ?? 0 }
  driver.read = { base, _, _, address, count, buffer in
    guard let file = checked(base), let buffer else { return -1 }
    return read(file.pointee, at: address, count, into: buffer) ? 0 : -1
  }
  driver.write = { _, _, _, _, _, _ in -1 }
  // As HDF5's own driver does: who writes a file keeps others from reading it.
  driver.lock = { base, isWriting in lock(base, (isWriting ? LOCK_EX : LOCK_SH) | LOCK_NB) }
  driver.unlock = { base in lock(base, LOCK_UN) }
  return H5FDregister(&driver)
}()

private func checked(_ base: UnsafePointer<H5FD_t>?) -> CheckedFile? {
  UnsafeMutableRawPointer(mutating: base)?.assumingMemoryBound(to: submanifold_h5_file.self)
}

private func checked(_ base: UnsafeMutablePointer<H5FD_t>?) -> CheckedFile? {
  checked(UnsafePointer(base))
}

private func openFile(
  _ path: UnsafePointer<CChar>?, _ flags: UInt32
) -> UnsafeMutablePointer<H5FD_t>? {
  guard let path, flags & submanifold_h5_changes() == 0 else { return nil }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  var status = stat()
  guard fstat(descriptor, &status) == 0,
    let memory = calloc(1, MemoryLayout<submanifold_h5_file>.stride)
  else {
    close(descriptor)
    return nil
  }
  let file = memory.bindMemory(to: submanifold_h5_file.self, capacity: 1)
  file.pointee.descriptor = descriptor
  file.pointee.size = haddr_t(status.st_size)
  file.pointee.device = UInt64(status.st_dev)
  file.pointee.inode = UInt64(status.st_ino)
  return memory.assumingMemoryBound(to: H5FD_t.self)
}

/// Two handles of one file share what HDF5 knows of it.
private func compareFiles(
  _ left: UnsafePointer<H5FD_t>?, _ right: UnsafePointer<H5FD_t>?
) -> Int32 {
  guard let first = checked(left)?.pointee, let second = checked(right)?.pointee else { return 0 }
  if first.device != second.device { return first.device < second.device ? -1 : 1 }
  if first.inode != second.inode { return first.inode < second.inode ? -1 : 1 }
  return 0
}

private func read(
  _ file: submanifold_h5_file, at address: haddr_t, _ count: Int,
  into buffer: UnsafeMutableRawPointer
) -> Bool {
  guard count >= 0, address <= file.size, UInt64(count) <= file.size - address else { return false }
  var done = 0
  while done < count {
    let got = pread(file.descriptor, buffer + done, count - done, off_t(address) + done)
    if got < 0, errno == EINTR { continue }
    guard got > 0 else { return false }
    done += got
  }
  return true
}

private func lock(_ base: UnsafeMutablePointer<H5FD_t>?, _ operation: Int32) -> herr_t {
  guard let file = checked(base) else { return -1 }
  return flock(file.pointee.descriptor, operation) == 0 || errno == ENOSYS ? 0 : -1
}
