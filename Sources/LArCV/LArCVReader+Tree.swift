import CHDF5
import HDF5Files

/// One dataset of a file, as a listing shows it.
public struct DatasetDescription: Hashable, Sendable {
  /// The absolute path in the file.
  public let path: String
  /// The extents, one per dimension.
  public let shape: [Int]
  /// The type of an element, such as `{id u64, value f32}`.
  public let type: String
  /// The bytes it takes in the file, after compression.
  public let bytes: Int
}

extension LArCVReader {
  /// Every dataset of the file, of whatever product, in the order of their paths.
  ///
  /// Symbolic links are not followed.
  public func tree() throws(LArCVError) -> [DatasetDescription] {
    HDF5.silence()
    var datasets: [DatasetDescription] = []
    var listed: Set<Int> = []
    try list("", depth: 0, listed: &listed, into: &datasets)
    return datasets
  }

  /// Hard links may form circles in a hostile file: whatever has been listed by one name is not
  /// listed by another.
  private func list(
    _ group: String, depth: Int, listed: inout Set<Int>,
    into datasets: inout [DatasetDescription]
  ) throws(LArCVError) {
    let parent = try file.open(group)
    for name in try file.linkNames(in: group) {
      let path = "\(group)/\(name)"
      guard let object = try openUnlessSymbolic(group, name) else { continue }
      guard let address = parent.headerAddress(name), listed.insert(address).inserted else {
        continue
      }
      if object.isDataset {
        guard let extents = object.extents, let type = object.rowType else {
          throw .badData(
            self.path, "\(path) cannot be read (\(HDF5.reason())); \(LArCVError.copyAgain)")
        }
        datasets.append(
          DatasetDescription(
            path: path, shape: extents, type: type.text(depth: 0), bytes: object.storedBytes))
      } else if object.isGroup {
        guard depth < 8, datasets.count < HDF5File.mostLinks else {
          throw .badData(
            self.path, "\(path) is nested too deep to be listed; \(LArCVError.copyAgain)")
        }
        try list(path, depth: depth + 1, listed: &listed, into: &datasets)
      }
    }
  }

  private func openUnlessSymbolic(
    _ group: String, _ name: String
  ) throws(LArCVError) -> HDF5Handle? {
    try file.open(group).isSymbolicLink(name) ? nil : file.open("\(group)/\(name)")
  }
}

extension HDF5Handle {
  /// A type in words: `i64`, `f32`, `f64[2]`, `{id u64, value f32}`.
  fileprivate func text(depth: Int) -> String {
    guard depth < 4 else { return "…" }
    switch typeClass {
    case H5T_INTEGER:
      return (H5Tget_sign(identifier) == H5T_SGN_NONE ? "u" : "i") + "\(typeSize * 8)"
    case H5T_FLOAT: return "f\(typeSize * 8)"
    case H5T_STRING: return "string[\(typeSize)]"
    case H5T_ENUM: return "enum\(typeSize * 8)"
    case H5T_ARRAY:
      let base = baseType?.text(depth: depth + 1) ?? "?"
      return base + (arrayExtents ?? []).map { "[\($0)]" }.joined()
    case H5T_COMPOUND:
      let members = (0..<max(0, min(64, H5Tget_nmembers(identifier)))).map {
        memberText(UInt32($0), depth: depth + 1)
      }
      return "{\(members.joined(separator: ", "))}"
    default: return "other"
    }
  }

  private func memberText(_ index: UInt32, depth: Int) -> String {
    guard let name = H5Tget_member_name(identifier, index) else { return "?" }
    defer { H5free_memory(name) }
    let type = HDF5Handle(H5Tget_member_type(identifier, index))?.text(depth: depth)
    return "\(String(cString: name)) \(type ?? "?")"
  }
}
