/// A message as it is on the wire, written from the description of protocol buffers' encoding: each
/// field's values by the field's number.
struct WireMessage {
  enum Value {
    case number(UInt64)
    case bytes([UInt8])
  }

  private(set) var fields: [Int: [Value]] = [:]

  init(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let key = try Self.varint(&rest)
      let value: Value =
        switch key & 7 {
        case 0: .number(try Self.varint(&rest))
        case 1: .number(try Self.fixed(8, &rest))
        case 2: .bytes(try Self.bytes(Int(Self.varint(&rest)), &rest))
        case 5: .number(try Self.fixed(4, &rest))
        default: throw EventFileError("a field has the unknown wire type \(key & 7)")
        }
      fields[Int(key >> 3), default: []].append(value)
    }
  }

  /// The last number of a field; zero, the default, where there is none.
  func number(_ field: Int) -> UInt64 {
    if case .number(let number)? = fields[field]?.last { number } else { 0 }
  }

  func double(_ field: Int) -> Double { Double(bitPattern: number(field)) }

  func bytes(_ field: Int) -> [UInt8]? {
    if case .bytes(let bytes)? = fields[field]?.last { bytes } else { nil }
  }

  func text(_ field: Int) -> String? { bytes(field).map { String(decoding: $0, as: UTF8.self) } }

  func message(_ field: Int) throws -> WireMessage? { try bytes(field).map { try WireMessage($0) } }

  func messages(_ field: Int) throws -> [WireMessage] {
    try (fields[field] ?? []).compactMap {
      if case .bytes(let bytes) = $0 { try WireMessage(bytes) } else { nil }
    }
  }

  /// A packed list.
  func doubles(_ field: Int) throws -> [Double] {
    var rest = (bytes(field) ?? [])[...]
    var doubles: [Double] = []
    while !rest.isEmpty { doubles.append(Double(bitPattern: try Self.fixed(8, &rest))) }
    return doubles
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      let byte = try bytes(1, &rest)[0]
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw EventFileError("a number has no end")
  }

  static func fixed(_ count: Int, _ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
    try bytes(count, &rest).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  static func bytes(_ count: Int, _ rest: inout ArraySlice<UInt8>) throws -> [UInt8] {
    guard rest.count >= count else { throw EventFileError("the bytes end too early") }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }
}
