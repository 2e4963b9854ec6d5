import CHDF5

/// Attributes: one number, or one text of fixed length.
extension HDF5Handle {
  /// Writes a text.
  package func setAttribute(_ name: String, text: String) throws(HDF5Failure) {
    let bytes = Array(text.utf8)
    guard let type = HDF5Handle(H5Tcopy(submanifold_h5_c_string())),
      type.setSize(max(bytes.count, 1)),
      let space = HDF5Handle(H5Screate(H5S_SCALAR)),
      let attribute = makeAttribute(name, type, space)
    else { throw HDF5Failure(reason: HDF5.reason()) }
    try attribute.write(bytes.isEmpty ? [0] : bytes, as: type)
  }

  /// Writes a number.
  package func setAttribute(_ name: String, number: Int) throws(HDF5Failure) {
    guard let type = HDF5Handle(H5Tcopy(submanifold_h5_native_int64())),
      let space = HDF5Handle(H5Screate(H5S_SCALAR)),
      let attribute = makeAttribute(name, type, space)
    else { throw HDF5Failure(reason: HDF5.reason()) }
    try withUnsafeBytes(of: Int64(number)) { bytes throws(HDF5Failure) in
      try attribute.write(Array(bytes), as: type)
    }
  }

  /// Reads a text; nothing where there is no such attribute, or none of fixed length below 16 MiB.
  package func textAttribute(_ name: String) -> String? {
    guard let attribute = openAttribute(name), let type = attribute.attributeType,
      type.typeClass == H5T_STRING, !type.isVariableText, (1...16 << 20).contains(type.typeSize)
    else { return nil }
    guard let bytes = attribute.read(type.typeSize, as: type) else { return nil }
    return String(bytes: bytes.prefix { $0 != 0 }, encoding: .utf8)
  }

  /// Reads a number; nothing where there is no such attribute, or no whole number.
  package func numberAttribute(_ name: String) -> Int? {
    guard let attribute = openAttribute(name), let type = attribute.attributeType,
      type.typeClass == H5T_INTEGER,
      let native = HDF5Handle(H5Tcopy(submanifold_h5_native_int64())),
      let bytes = attribute.read(8, as: native)
    else { return nil }
    return Int(bytes.withUnsafeBytes { $0.loadUnaligned(as: Int64.self) })
  }

  private func setSize(_ bytes: Int) -> Bool { H5Tset_size(identifier, bytes) >= 0 }

  private func makeAttribute(
    _ name: String, _ type: HDF5Handle, _ space: HDF5Handle
  ) -> HDF5Handle? {
    HDF5Handle(
      H5Acreate2(
        identifier, name, type.identifier, space.identifier, HDF5.standard, HDF5.standard))
  }

  private func openAttribute(_ name: String) -> HDF5Handle? {
    guard H5Aexists(identifier, name) > 0 else { return nil }
    return HDF5Handle(H5Aopen(identifier, name, HDF5.standard))
  }

  private var attributeType: HDF5Handle? { HDF5Handle(H5Aget_type(identifier)) }

  private var isVariableText: Bool { H5Tis_variable_str(identifier) != 0 }

  private func write(_ bytes: [UInt8], as type: HDF5Handle) throws(HDF5Failure) {
    try HDF5.checkDisk()
    try HDF5.check(H5Awrite(identifier, type.identifier, bytes))
  }

  /// The bytes of an attribute that is a single value.
  private func read(_ count: Int, as type: HDF5Handle) -> [UInt8]? {
    guard let space = HDF5Handle(H5Aget_space(identifier)), space.pointCount == 1 else {
      return nil
    }
    var bytes = [UInt8](repeating: 0, count: count)
    return H5Aread(identifier, type.identifier, &bytes) >= 0 ? bytes : nil
  }

  private var pointCount: Int { Int(H5Sget_simple_extent_npoints(identifier)) }
}
