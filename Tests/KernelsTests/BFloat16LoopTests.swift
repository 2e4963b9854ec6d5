import KernelOperands
import Reference
import Tensors
import TestSites
import Testing

@testable import Kernels

/// Proves the inner loops on bfloat16 one by one.
@Suite(
  "Inner loops on bfloat16",
  .enabled(
    if: InstructionSet.current.multipliesBFloat16,
    "the chosen instruction set has no products of bfloat16"))
struct BFloat16LoopTests {
  /// Values in between two numbers with eight significant bits, and others.
  private static let values: [Float] = [
    0, -0, 1, -1, 1 + 0x1p-8, 1 + 0x3p-8, 1 + 0x1p-8 + 0x1p-20, -(1 + 0x1p-8), 1 - 0x1p-9,
    0x1.FFp127, .greatestFiniteMagnitude, .infinity, -.infinity, 3.14159, 1e-30, -65504,
  ]

  private func halves(_ words: Tensor) -> [Float] {
    words.array.flatMap {
      [
        Float(bitPattern: $0.bitPattern << 16),
        Float(bitPattern: $0.bitPattern & 0xFFFF_0000),
      ]
    }
  }

  private func expectedHalf(_ value: Float) -> Float {
    abs(value) == .greatestFiniteMagnitude ? .infinity : nearestBFloat16(value)
  }

  @Test("rows are rounded to nearest even", arguments: [1, 2, 3, 8, 31, 32, 45, 64], [0, 1, 2, 5])
  func rounding(channels: Int, count: Int) throws {
    let loops = try #require(InstructionSet.current.bfloat16)
    let values = (0..<count * channels).map { Self.values[$0 % Self.values.count] }
    let rows = Tensor(rows: count, channels: channels, values)
    let width = (channels + 1) / 2
    let words = Tensor(rows: count, channels: width)
    loops.round(
      RowRounding(values: rows.values, channels: channels, count: count, words: words.values))
    let found = halves(words)
    for row in 0..<count {
      for channel in 0..<2 * width {
        let expected =
          channel < channels ? expectedHalf(values[row * channels + channel]) : 0
        #expect(found[row * 2 * width + channel].bitPattern == expected.bitPattern)
      }
    }
  }

  @Test("the scalar rounding agrees, and keeps what is no number")
  func scalar() {
    for value in Self.values {
      #expect(Precision.bfloat16.rounded(value).bitPattern == expectedHalf(value).bitPattern)
      #expect(Precision.float32.rounded(value).bitPattern == value.bitPattern)
    }
    #expect(Precision.bfloat16.rounded(.nan).isNaN)
  }

  @Test(
    "rows are put together two by two", arguments: [1, 3, 4, 7, 16, 18, 32, 36], [0, 1, 2, 5])
  func interleaving(width: Int, count: Int) throws {
    let loops = try #require(InstructionSet.current.bfloat16)
    let words = randomTensor(count + 1, width, seed: 1)
    let zeros = Tensor(rows: 1, channels: width)
    let parts = halves(words)
    for list in [nil, (0..<Int32(count)).reversed().map { $0 + 1 }] {
      let result = Tensor(rows: (count + 1) / 2, channels: 2 * width)
      (list ?? [0]).withUnsafeBufferPointer { rows in
        loops.interleave(
          RowInterleaving(
            words: words.values, pitch: width, width: width,
            rows: list == nil ? nil : rows.baseAddress, count: count, zeros: zeros.values,
            result: result.values))
      }
      let found = halves(result)
      for row in 0..<(count + 1) / 2 * 2 {
        let source = row < count ? Int(list?[row] ?? Int32(row)) : nil
        for channel in 0..<2 * width {
          let expected = source.map { parts[$0 * 2 * width + channel] } ?? 0
          let place = row / 2 * 4 * width + 2 * channel + row % 2
          #expect(found[place].bitPattern == expected.bitPattern)
        }
      }
    }
  }

  @Test("twice as many products are made at a time, and they are finite")
  func peak() throws {
    let loops = try #require(InstructionSet.current.bfloat16)
    let (operations, witness) = loops.multiplyAddInRegisters(3)
    #expect(operations == 2 * InstructionSet.current.multiplyAddInRegisters(3).operations)
    #expect(witness.isFinite)
  }
}
