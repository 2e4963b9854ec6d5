import CHDF5
import Files
import Foundation

/// An HDF5 file opened for reading, and the way to its objects.
package final class HDF5File {
  package let path: String
  /// What writes such files, as messages say it: `larcv3`.
  package let writer: String
  /// Bytes on disk, by which absurd table sizes are recognised.
  package let size: Int
  private let root: HDF5Handle
  private let headers: ObjectHeader
  /// Addresses of headers that have been found sound.
  private var soundHeaders: Set<Int> = []

  /// Opens a regular file; refuses anything that is not an HDF5 file before HDF5 parses it.
  package init(path: String, writtenBy writer: String) throws(FileError) {
    HDF5.silence()
    try HDF5.checkThreadSafety(path)
    self.path = path
    self.writer = writer
    size = try HDF5File.sizeOfReadableFile(path, writer)
    guard H5Fis_hdf5(path) > 0 else {
      throw .badData(path, "is not an HDF5 file; give a file written by \(writer)")
    }
    guard let raw = RawFile(path: path) else {
      throw .inputOutput(path, "cannot be read; check its permissions")
    }
    guard let superblock = Superblock(file: raw) else {
      throw .badData(path, "has a damaged beginning; \(FileError.copyAgain)")
    }
    guard superblock.endOfFile <= size else {
      throw .badData(
        path,
        "is cut short: it has \(size) bytes of \(superblock.endOfFile); \(FileError.copyAgain)")
    }
    headers = ObjectHeader(file: raw, superblock: superblock)
    guard headers.isSound(at: superblock.rootHeader) else {
      throw .badData(path, "has a damaged root group; \(FileError.copyAgain)")
    }
    guard let root = HDF5Handle.openCheckedFile(path) else {
      throw .badData(
        path, "cannot be opened as HDF5 (\(HDF5.reason())); \(FileError.copyAgain)")
    }
    self.root = root
  }

  private static func sizeOfReadableFile(
    _ path: String, _ writer: String
  ) throws(FileError) -> Int {
    var status = stat()
    guard !path.utf8.contains(0), stat(path, &status) == 0 else {
      throw .inputOutput(
        path, "cannot be read (\(String(cString: strerror(errno)))); check the path")
    }
    // A pipe would block and a directory would confuse HDF5.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .inputOutput(path, "is not a regular file; give a file written by \(writer)")
    }
    guard access(path, R_OK) == 0 else {
      throw .inputOutput(
        path, "cannot be read (\(String(cString: strerror(errno)))); check its permissions")
    }
    return Int(status.st_size)
  }

  /// Opens the object at an absolute path, one link at a time.
  ///
  /// Our files have hard links only.  Symbolic links are refused, since an external one would
  /// have HDF5 open any file the reader's user can.
  package func open(_ objectPath: String) throws(FileError) -> HDF5Handle {
    var object = root
    var walked = ""
    for name in objectPath.split(separator: "/").map(String.init) {
      walked += "/\(name)"
      guard object.hasLink(name) else {
        throw .badData(path, "has no \(walked); give a file written by \(writer)")
      }
      guard !object.isSymbolicLink(name) else {
        throw .badData(path, "\(walked) is a symbolic link; copy its target into the file")
      }
      guard let address = object.headerAddress(name), isSound(headerAt: address) else {
        throw .badData(path, "\(walked) has a damaged header; \(FileError.copyAgain)")
      }
      guard let next = object.open(name) else {
        throw .badData(
          path, "\(walked) cannot be opened (\(HDF5.reason())); \(FileError.copyAgain)")
      }
      object = next
    }
    return object
  }

  private func isSound(headerAt address: Int) -> Bool {
    if soundHeaders.contains(address) { return true }
    guard headers.isSound(at: address) else { return false }
    soundHeaders.insert(address)
    return true
  }

  /// The names in a group, in the order of their names.
  ///
  /// - Parameter limit: more than any sound file has.
  package func linkNames(
    in groupPath: String, limit: Int = HDF5File.mostLinks
  ) throws(FileError) -> [String] {
    let group = try open(groupPath)
    guard group.isGroup else {
      throw .badData(path, "\(groupPath) is not a group; give a file written by \(writer)")
    }
    guard let names = group.linkNames(limit: limit) else {
      throw .badData(
        path, "\(groupPath) cannot be listed (\(HDF5.reason())); \(FileError.copyAgain)")
    }
    return names
  }

  /// No larcv3 file comes near so many names in a group; a damaged one may.
  package static let mostLinks = 4096
}

extension HDF5Handle {
  package var isGroup: Bool { [H5I_GROUP, H5I_FILE].contains(H5Iget_type(identifier)) }
  package var isDataset: Bool { H5Iget_type(identifier) == H5I_DATASET }

  package func hasLink(_ name: String) -> Bool { H5Lexists(identifier, name, HDF5.standard) > 0 }

  /// Only symbolic links have a value.
  package func isSymbolicLink(_ name: String) -> Bool {
    H5Lget_val(identifier, name, nil, 0, HDF5.standard) >= 0
  }

  package func open(_ name: String) -> HDF5Handle? {
    HDF5Handle(H5Oopen(identifier, name, HDF5.standard))
  }

  /// The names of a group's links; nil when HDF5 fails or there are more than `limit`.
  package func linkNames(limit: Int) -> [String]? {
    var info = H5G_info_t()
    guard H5Gget_info(identifier, &info) >= 0, info.nlinks <= limit else { return nil }
    var names: [String] = []
    for index in 0..<info.nlinks {
      guard let name = linkName(at: index) else { return nil }
      names.append(name)
    }
    return names
  }

  private func linkName(at index: hsize_t) -> String? {
    let longest = 1024
    var text = [CChar](repeating: 0, count: longest + 1)
    let length = H5Lget_name_by_idx(
      identifier, ".", H5_INDEX_NAME, H5_ITER_INC, index, &text, text.count, HDF5.standard)
    guard (1...longest).contains(length) else { return nil }
    return String(decoding: text.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
