import Foundation

/// Why a file is none that TensorBoard reads.
public struct EventFileError: Error, CustomStringConvertible {
  /// What is wrong.
  public let description: String

  init(_ description: String) { self.description = description }
}

/// A file of TensorBoard, decoded by nothing that production encodes with.
public struct EventFile {
  /// One record.
  public struct Event {
    /// Seconds since 1970.
    public let wallTime: Double
    /// The step.
    public let step: Int
    /// The version, which the first record says.
    public let fileVersion: String?
    /// Whether a session starts here, so that later steps of earlier files count no more.
    public let isStart: Bool
    /// What is shown.
    public let values: [Value]
  }

  /// One thing shown.
  public struct Value {
    /// Its name.
    public let tag: String
    /// A scalar.
    public let scalar: Float?
    /// Height, width and channels of a picture.
    public let imageSize: [Int]?
    /// The bytes of a picture's file.
    public let image: [UInt8]?
    /// A histogram.
    public let histogram: Histogram?
    /// A text, and the plugin that shows it.
    public let text: (plugin: String?, text: String)?
  }

  /// A histogram.
  public struct Histogram {
    /// Smallest and largest value, number of values, their sum and the sum of their squares.
    public let moments: [Double]
    /// The upper edge of each bucket.
    public let limits: [Double]
    /// How many are in each.
    public let counts: [Double]
  }

  /// The records in the order of the file.
  public let events: [Event]

  /// All values by name, with their steps.
  public var values: [(step: Int, value: Value)] {
    events.flatMap { event in event.values.map { (event.step, $0) } }
  }

  /// Reads a file and checks its records' checksums.
  public init(_ path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw EventFileError("\(path) cannot be read")
    }
    events = try Self.records(Array(data)).map { try Event(WireMessage($0)) }
  }

  /// Reads all files of a folder, in the order of their names.
  public static func files(in folder: String) throws -> [EventFile] {
    try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasPrefix("events.out.tfevents.") }.sorted()
      .map { try EventFile("\(folder)/\($0)") }
  }

  /// The bytes of a file's records.
  public static func records(_ bytes: [UInt8]) throws -> [[UInt8]] {
    var rest = bytes[...]
    var records: [[UInt8]] = []
    while !rest.isEmpty {
      let length = try WireMessage.bytes(8, &rest)
      try check(length, try WireMessage.fixed(4, &rest))
      let count = length.reversed().reduce(0) { $0 << 8 | Int($1) }
      let record = try WireMessage.bytes(count, &rest)
      try check(record, try WireMessage.fixed(4, &rest))
      records.append(record)
    }
    return records
  }

  private static func check(_ bytes: [UInt8], _ expected: UInt64) throws {
    // Bit by bit, from the polynomial.
    var remainder = ~UInt32(0)
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0x82F6_3B78 : remainder >> 1
      }
    }
    let turned = ~remainder >> 15 | ~remainder << 17
    guard UInt64(turned &+ 0xA282_EAD8) == expected else {
      throw EventFileError("a checksum is wrong")
    }
  }
}

extension EventFile.Event {
  init(_ message: WireMessage) throws {
    wallTime = message.double(1)
    step = Int(Int64(bitPattern: message.number(2)))
    fileVersion = message.text(3)
    isStart = try message.message(7)?.number(1) == 1
    values = try message.message(5)?.messages(1).map { try EventFile.Value($0) } ?? []
  }
}

extension EventFile.Value {
  init(_ message: WireMessage) throws {
    tag = message.text(1) ?? ""
    scalar =
      message.fields[2] == nil
      ? nil : Float(bitPattern: UInt32(truncatingIfNeeded: message.number(2)))
    let picture = try message.message(4)
    imageSize = picture.map { picture in (1...3).map { Int(picture.number($0)) } }
    image = picture?.bytes(4)
    histogram = try message.message(5).map {
      EventFile.Histogram(
        moments: (1...5).map($0.double), limits: try $0.doubles(6), counts: try $0.doubles(7))
    }
    let plugin = try message.message(9)?.message(1)?.text(1)
    // Tensors of texts alone.
    text = try message.message(8).flatMap { tensor in
      tensor.number(1) == 7 ? tensor.text(8).map { (plugin, $0) } : nil
    }
  }
}
