import CZlib
import Foundation

extension Checkpoint {
  /// The CRC-32 of everything, in hexadecimal.
  public var digest: String { digest(version: Self.version) }

  /// The CRC-32 of everything, as the layout of a version says.
  func digest(version: Int) -> String {
    var code = Code()
    code.add(parameters)
    guard version > 1 else { return code.text }
    code.add(Self.text(configuration))
    code.add(Self.text(state))
    code.add([step])
    guard let training else { return code.text }
    code.add(training.optimizer)
    code.add([training.optimizerSteps])
    for numbers in training.numbers {
      code.add(numbers.name)
      code.add(numbers.entries)
    }
    return code.text
  }

  private struct Code {
    private var code = crc32(0, nil, 0)

    var text: String { String(format: "%08x", UInt32(truncatingIfNeeded: code)) }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
      // Of no bytes at no place zlib makes the code of a beginning.
      guard !bytes.isEmpty else { return }
      let start = bytes.bindMemory(to: UInt8.self)
      code = crc32_z(code, start.baseAddress, start.count)
    }

    mutating func add(_ text: String) { Array(text.utf8).withUnsafeBytes { add($0) } }

    mutating func add(_ numbers: [Int]) {
      numbers.map { Int64($0).littleEndian }.withUnsafeBytes { add($0) }
    }

    mutating func add(_ entries: [Entry]) {
      for entry in entries {
        add(entry.name)
        add(entry.shape)
        entry.values.withUnsafeBytes { add($0) }
      }
    }
  }
}
