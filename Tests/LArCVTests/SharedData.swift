import Foundation

/// Files that the real larcv3 wrote, and what it reads from them.
enum SharedData {
  static let directory =
    ProcessInfo.processInfo.environment["DATA_DIR"] ?? "../shared/data"

  static var isPresent: Bool { !described.isEmpty }

  /// The files that come with a description.
  static let described: [String] = {
    let names = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String }
    return (names ?? []).filter { $0.hasSuffix(".larcv.json") }.sorted()
      .map { "\(directory)/\($0.dropLast(".larcv.json".count)).h5" }
  }()

  /// A small file of the real larcv3, for damaging.
  static var small: String { "\(directory)/larcv/edge_1planes.h5" }

  /// One small file of each of larcv3's types.
  static var allTypes: String { "\(directory)/larcv/all_types.h5" }

  static func description(of file: String) throws -> FileDescription {
    let path = file.dropLast(".h5".count) + ".larcv.json"
    let text = try String(contentsOfFile: String(path), encoding: .utf8)
    // Python writes NaN where a file holds one, which JSON does not know.
    let json = text.replacing(":NaN", with: ":null")
    return try JSONDecoder().decode(FileDescription.self, from: Data(json.utf8))
  }
}

/// What the real larcv3 reads from a file.
struct FileDescription: Decodable {
  let entries: Int
  let products: [String]
  let events: [Event]

  enum CodingKeys: String, CodingKey {
    case entries = "n_entries"
    case products
    case events
  }

  struct Event: Decodable {
    let entry: Int
    let eventID: [Int64]
    let products: [String: [Projection]]

    enum CodingKeys: String, CodingKey {
      case entry
      case eventID = "event_id"
      case products
    }
  }

  struct Projection: Decodable {
    let projection: Int
    let meta: Meta
    let count: Int
    let idSum: UInt64
    let valueSum: Double?
    let idChecksum: UInt32
    let valueChecksum: UInt32

    enum CodingKeys: String, CodingKey {
      case projection
      case meta
      case count = "n"
      case idSum = "sum_id"
      case valueSum = "sum_val"
      case idChecksum = "crc_id"
      case valueChecksum = "crc_val"
    }
  }

  struct Meta: Decodable {
    let valid: Bool
    let id: Int
    let voxelCounts: [Int]
    let imageSizes: [Double]
    let origin: [Double]

    enum CodingKeys: String, CodingKey {
      case valid
      case id
      case voxelCounts = "number_of_voxels"
      case imageSizes = "image_sizes"
      case origin
    }
  }
}

/// CRC-32 as zlib computes it.
enum Checksum {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
    }
  }

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    ~bytes.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
  }

  static func of(_ ids: [UInt64]) -> UInt32 { ids.map(\.littleEndian).withUnsafeBytes(of) }

  static func of(_ values: [Float]) -> UInt32 {
    values.map(\.bitPattern.littleEndian).withUnsafeBytes(of)
  }
}

/// A directory that is gone when its last reference is.
final class Scratch {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/larcv-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  var contents: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
