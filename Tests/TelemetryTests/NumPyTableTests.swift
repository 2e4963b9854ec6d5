import Files
import Foundation
import Telemetry
import Testing

@Suite("Tables for NumPy")
struct NumPyTableTests {
  private static let columns: [NumPyTable.Column] = [
    ("i", .int32), ("start", .instant), ("io", .duration), ("many", .int64), ("loss", .float32),
    ("rate", .float64),
  ]

  private func table(rows: Int) -> NumPyTable {
    var table = NumPyTable(Self.columns)
    for row in 0..<rows {
      table.append([Double(row), 1_700_000_000.25, 0.0725, -3e12, 0.5, 1e-300])
    }
    return table
  }

  /// What NumPy's description of the format says of a file: its dictionary, and the bytes behind it.
  private func parts(_ bytes: [UInt8]) throws -> (header: String, rows: [UInt8]) {
    #expect(bytes.prefix(8) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
    let length = Int(bytes[8]) | Int(bytes[9]) << 8
    #expect((10 + length) % 64 == 0)
    let header = String(decoding: bytes[10..<10 + length], as: UTF8.self)
    #expect(header.hasSuffix("\n"))
    return (header.trimmingCharacters(in: .whitespacesAndNewlines), Array(bytes[(10 + length)...]))
  }

  @Test("The header is the dictionary that NumPy evaluates", arguments: [0, 1, 9, 10, 1000])
  func header(_ rows: Int) throws {
    let scratch = try Scratch()
    try table(rows: rows).write(to: scratch.file("steps.npy"))
    let (header, content) = try parts(scratch.bytes("steps.npy"))
    #expect(
      header
        == "{'descr': [('i', '<i4'), ('start', '<M8[us]'), ('io', '<m8[us]'), ('many', '<i8'), "
        + "('loss', '<f4'), ('rate', '<f8')], 'fortran_order': False, 'shape': (\(rows),), }")
    #expect(content.count == rows * 40)
  }

  @Test("Rows hold what was appended; what a column cannot hold is not a time")
  func rows() throws {
    var table = table(rows: 1)
    table.append([.nan, .nan, .infinity, 1e30, .nan, -0.0])
    let scratch = try Scratch()
    try table.write(to: scratch.file("steps.npy"))
    let content = try parts(scratch.bytes("steps.npy")).rows
    func number(_ offset: Int, bytes: Int) -> UInt64 {
      content[offset..<offset + bytes].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    #expect(number(0, bytes: 4) == 0)
    #expect(number(4, bytes: 8) == 1_700_000_000_250_000)
    #expect(number(12, bytes: 8) == 72_500)
    #expect(Int64(bitPattern: number(20, bytes: 8)) == -3_000_000_000_000)
    #expect(Float(bitPattern: UInt32(number(28, bytes: 4))) == 0.5)
    #expect(Double(bitPattern: number(32, bytes: 8)) == 1e-300)
    #expect(number(40, bytes: 4) == 1 << 31)
    for offset in [44, 52, 60] { #expect(number(offset, bytes: 8) == 1 << 63) }
    #expect(Float(bitPattern: UInt32(number(68, bytes: 4))).isNaN)
  }

  @Test("A run that is resumed keeps the rows before it", arguments: [0, 1, 11, 12, 13])
  func resumed(_ step: Int) throws {
    let scratch = try Scratch()
    let path = scratch.file("steps.npy")
    try table(rows: 12).write(to: path)
    let table = try #require(NumPyTable(Self.columns, continuing: path, below: step))
    #expect(table.rowCount == min(step, 12))
    try table.write(to: path)
    let bytes = try scratch.bytes("steps.npy")
    try self.table(rows: min(step, 12)).write(to: path)
    #expect(try scratch.bytes("steps.npy") == bytes)
  }

  @Test("Files that are no such table give no rows")
  func others() throws {
    let scratch = try Scratch()
    let path = scratch.file("steps.npy")
    try table(rows: 3).write(to: path)
    let bytes = try scratch.bytes("steps.npy")
    func isTaken(_ path: String) -> Bool {
      NumPyTable(Self.columns, continuing: path, below: 9) != nil
    }
    #expect(isTaken(path))
    #expect(!isTaken(scratch.file("missing.npy")))
    let damaged = [
      [], Array(bytes.prefix(9)), Array(bytes.prefix(100)), bytes.dropLast(), bytes + [0],
      [0] + bytes.dropFirst(),
    ]
    for bytes in damaged {
      try WrittenFile.replace(path, with: bytes)
      #expect(!isTaken(path))
    }
    try NumPyTable([("i", .int32)]).write(to: path)
    #expect(!isTaken(path))
  }

  @Test("Whatever fails, the file is the old or the new", arguments: [true, false])
  func faults(_ lasts: Bool) throws {
    let scratch = try Scratch()
    let path = scratch.file("steps.npy")
    var number = 0
    var isReached = true
    while isReached {
      try table(rows: 1).write(to: path)
      let faults = WriteFaults(from: number, lasts: lasts)
      let error = WriteFaults.$current.withValue(faults) { () -> (any Error)? in
        do { try table(rows: 2).write(to: path) } catch { return error }
        return nil
      }
      #expect(error == nil || error is FileError)
      let rows = try parts(scratch.bytes("steps.npy")).rows.count / 40
      #expect(rows == 2 || error != nil && rows == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).count == 1)
      isReached = faults.wasReached
      number += 1
    }
    #expect(number > 3)
  }
}
