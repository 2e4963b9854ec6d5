import CHDF5

/// A group of a golden file: attributes, datasets and further groups by name.
///
/// Names may contain slashes, so `group.doubles("logits_eval/plane0")` reaches below.
public struct GoldenGroup: Sendable {
  /// The file the group belongs to.
  public let file: GoldenFile
  /// The full path inside the file.
  public let path: String

  init(file: GoldenFile, path: String) {
    self.file = file
    self.path = path
  }

  /// The last part of the path.
  public var name: String { path.split(separator: "/").last.map(String.init) ?? "" }

  func path(of child: String) -> String { path == "/" ? "/" + child : path + "/" + child }

  /// The names of the groups directly below, sorted.
  public func groupNames() throws -> [String] { try memberNames(ofType: H5I_GROUP) }

  /// The names of the datasets directly below, sorted.
  public func datasetNames() throws -> [String] { try memberNames(ofType: H5I_DATASET) }

  /// The group of that name.
  ///
  /// - Throws: `GoldenFileError` if there is none.
  public func group(_ name: String) throws -> GoldenGroup {
    let child = path(of: name)
    guard objectType(at: child) == H5I_GROUP else {
      throw GoldenFileError("\(file.path) has no group \(child).")
    }
    return GoldenGroup(file: file, path: child)
  }

  /// Every group directly below, sorted by name.
  public func groups() throws -> [GoldenGroup] { try groupNames().map(group) }

  /// Whether there is a group of that name.
  public func hasGroup(_ name: String) -> Bool {
    objectType(at: path(of: name)) == H5I_GROUP
  }

  /// Whether there is a dataset of that name.
  public func hasDataset(_ name: String) -> Bool {
    objectType(at: path(of: name)) == H5I_DATASET
  }

  /// Whether the group carries an attribute of that name.
  public func hasAttribute(_ name: String) -> Bool {
    withHDF5 { H5Aexists_by_name(file.handle, path, name, 0) > 0 }
  }

  /// The kind of object at a path, or nil if some part of the path does not exist.
  private func objectType(at target: String) -> H5I_type_t? {
    withHDF5 { () -> H5I_type_t? in
      var prefix = ""
      for part in target.split(separator: "/") {
        prefix += "/" + part
        guard H5Lexists(file.handle, prefix, 0) > 0 else { return nil }
      }
      return try? withHandle(
        H5Oopen(file.handle, target, 0), close: H5Oclose, orThrow: "", H5Iget_type)
    }
  }

  private func memberNames(ofType type: H5I_type_t) throws -> [String] {
    let names = try withHDF5 {
      try withHandle(
        H5Gopen2(file.handle, path, 0), close: H5Gclose,
        orThrow: "\(file.path) has no group \(path).", linkNames)
    }
    return names.filter { objectType(at: path(of: $0)) == type }
  }

  /// The names of all links of an open group, in increasing order.
  private func linkNames(of group: hid_t) -> [String] {
    var info = H5G_info_t()
    guard H5Gget_info(group, &info) >= 0 else { return [] }
    return (0..<info.nlinks).compactMap { number in
      let length = H5Lget_name_by_idx(
        group, ".", H5_INDEX_NAME, H5_ITER_INC, number, nil, 0, 0)
      guard length > 0 else { return nil }
      var buffer = [CChar](repeating: 0, count: length + 1)
      H5Lget_name_by_idx(
        group, ".", H5_INDEX_NAME, H5_ITER_INC, number, &buffer, buffer.count, 0)
      return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }
}
