import EventFiles
import Files
import Foundation
import Testing

@testable import Telemetry

@Suite("Records of event files")
struct RecordTests {
  /// From RFC 3720, B.4, and the usual check of catalogues of checksums.
  private static let known: [(bytes: [UInt8], checksum: UInt32)] = [
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    (Array(0..<32), 0x46DD_794E), ((0..<32).reversed(), 0x113F_DB5C),
    (Array("123456789".utf8), 0xE306_9283), ([], 0),
  ]

  @Test("Checksums are Castagnoli's", arguments: known.indices)
  func checksums(_ index: Int) {
    let (bytes, checksum) = Self.known[index]
    #expect(bytes.withUnsafeBytes { CRC32C.checksum(of: $0) } == checksum)
  }

  @Test("A record begins as those of TensorFlow do")
  func framing() throws {
    let scratch = try Scratch()
    let file = try RecordFile(scratch.file("records"))
    let record = [UInt8](repeating: 7, count: 24)
    record.withUnsafeBytes { file.append($0) }
    file.append("")
    #expect(try scratch.bytes("records").isEmpty)
    try file.flush()
    let bytes = try scratch.bytes("records")
    // The first bytes of every file of TensorFlow: its first record has 24 bytes.
    #expect(bytes.prefix(12) == [24, 0, 0, 0, 0, 0, 0, 0, 0xA3, 0x7F, 0x4B, 0x22])
    #expect(bytes.count == 24 + 2 * 16)
    #expect(try EventFile.records(bytes) == [record, []])
  }

  @Test("A full disk takes nothing from what was written, nor from what is written later")
  func fullDisk() throws {
    for refused in 1..<4 {
      let scratch = try Scratch()
      let file = try RecordFile(scratch.file("records"))
      file.append("before")
      try file.flush()
      // The write fails, and then the attempts to cut the file.
      WriteFaults.$current.withValue(WriteFaults(from: 0)) {
        for _ in 0..<refused {
          file.append("lost")
          #expect(throws: FileError.self) { try file.flush() }
        }
      }
      file.append("after")
      try file.flush()
      let records = try EventFile.records(scratch.bytes("records"))
      #expect(records == [Array("before".utf8), Array("after".utf8)])
    }
  }
}

extension RecordFile {
  fileprivate func append(_ text: String) {
    Array(text.utf8).withUnsafeBytes { append($0) }
  }
}
