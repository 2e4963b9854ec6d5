import CHDF5

/// Reading attributes: numbers and flags of any width, single or in lists, and texts.
extension GoldenGroup {
  /// The names of the group's attributes, sorted.
  public func attributeNames() throws -> [String] {
    try withHDF5 {
      try withHandle(
        H5Oopen(file.handle, path, 0), close: H5Oclose,
        orThrow: "\(file.path) has no object \(path)."
      ) { object in
        (0..<H5Aget_num_attrs(object)).compactMap { number in
          attributeName(of: object, number: hsize_t(number))
        }.sorted()
      }
    }
  }

  /// An attribute that is one integer.
  public func integer(_ attribute: String) throws -> Int {
    try single(integerList(attribute), attribute)
  }

  /// An attribute that is a list of integers; a single one counts as a list.
  public func integerList(_ attribute: String) throws -> [Int] {
    try numbers(attribute, as: submanifold_h5_native_int64(), zero: Int64(0)).map(Int.init)
  }

  /// An attribute that is one number.
  public func number(_ attribute: String) throws -> Double {
    try single(numberList(attribute), attribute)
  }

  /// An attribute that is a list of numbers; a single one counts as a list.
  public func numberList(_ attribute: String) throws -> [Double] {
    try numbers(attribute, as: submanifold_h5_native_double(), zero: 0.0)
  }

  /// An attribute that is true or false, as numpy writes it or as an integer.
  public func flag(_ attribute: String) throws -> Bool {
    try withAttribute(attribute) { handle in
      try withType(of: handle, attribute) { type in
        guard H5Tget_class(type) == H5T_ENUM else { return nil }
        // An enumeration converts to no other type: its bytes are read as they are.
        var bytes = [UInt8](repeating: 0, count: max(1, H5Tget_size(type)))
        guard H5Aread(handle, type, &bytes) >= 0 else { return nil }
        return bytes.contains { $0 != 0 }
      }
    } ?? (integer(attribute) != 0)
  }

  /// An attribute that is a text, of fixed or variable length.
  public func text(_ attribute: String) throws -> String {
    let value = try withAttribute(attribute) { handle in
      try withType(of: handle, attribute) { type -> String? in
        guard H5Tget_class(type) == H5T_STRING else { return nil }
        return H5Tis_variable_str(type) > 0
          ? variableText(handle, type) : fixedText(handle, type)
      }
    }
    guard let value else {
      throw GoldenFileError("\(file.path) attribute \(attribute) of \(path) is not a text.")
    }
    return value
  }

  private func single<Value>(_ values: [Value], _ attribute: String) throws -> Value {
    guard values.count == 1, let value = values.first else {
      throw GoldenFileError(
        "\(file.path) attribute \(attribute) of \(path) has \(values.count) values, not one.")
    }
    return value
  }

  private func numbers<Value: BitwiseCopyable>(
    _ attribute: String, as type: hid_t, zero: Value
  ) throws -> [Value] {
    try withAttribute(attribute) { handle in
      let count = try withHandle(
        H5Aget_space(handle), close: H5Sclose,
        orThrow: "\(file.path) attribute \(attribute) of \(path) has no shape."
      ) { dimensions(of: $0).reduce(1, *) }
      var values = [Value](repeating: zero, count: count)
      guard count == 0 || H5Aread(handle, type, &values) >= 0 else {
        throw GoldenFileError("\(file.path) attribute \(attribute) of \(path) is no number.")
      }
      return values
    }
  }

  private func withAttribute<Result>(
    _ attribute: String, _ body: (hid_t) throws -> Result
  ) throws -> Result {
    try withHDF5 {
      try withHandle(
        H5Aopen_by_name(file.handle, path, attribute, 0, 0), close: H5Aclose,
        orThrow: "\(file.path) has no attribute \(attribute) of \(path).", body)
    }
  }

  private func withType<Result>(
    of handle: hid_t, _ attribute: String, _ body: (hid_t) throws -> Result
  ) throws -> Result {
    try withHandle(
      H5Aget_type(handle), close: H5Tclose,
      orThrow: "\(file.path) attribute \(attribute) of \(path) has no type.", body)
  }
}

private func attributeName(of object: hid_t, number: hsize_t) -> String? {
  let length = H5Aget_name_by_idx(
    object, ".", H5_INDEX_NAME, H5_ITER_INC, number, nil, 0, 0)
  guard length > 0 else { return nil }
  var buffer = [CChar](repeating: 0, count: length + 1)
  H5Aget_name_by_idx(
    object, ".", H5_INDEX_NAME, H5_ITER_INC, number, &buffer, buffer.count, 0)
  return String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
}

private func variableText(_ handle: hid_t, _ type: hid_t) -> String? {
  var characters: UnsafeMutablePointer<CChar>?
  guard H5Aread(handle, type, &characters) >= 0 else { return nil }
  guard let characters else { return "" }
  defer { H5free_memory(characters) }
  return String(cString: characters)
}

private func fixedText(_ handle: hid_t, _ type: hid_t) -> String? {
  var bytes = [UInt8](repeating: 0, count: H5Tget_size(type))
  guard H5Aread(handle, type, &bytes) >= 0 else { return nil }
  return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}
