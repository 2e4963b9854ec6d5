import KernelOperands
import Reference
import Tensors
import TestSites
import Testing

@testable import Kernels

/// Proves the inner loops of every instruction set this processor has against plain loops in double
/// precision.
@Suite("Instruction sets")
struct InstructionSetTests {
  /// Pairs of rows that do not ascend one by one; the last row of either side belongs to none.
  private func pairs(_ count: Int) -> (sources: [Int32], targets: [Int32]) {
    ((0..<count).map { Int32($0 * 7 % count) }, (0..<count).map { Int32(count - 1 - $0) })
  }

  @Test(
    "rows times a matrix are added, or start anew", arguments: [8, 16, 24, 56, 64, 120],
    [0, 1, 7, 8, 9, 30])
  func rows(columns: Int, count: Int) {
    for inner in [1, 2, 17, 40] {
      let (sources, targets) = pairs(count)
      let input = randomTensor(count + 1, inner, seed: 1)
      let weight = randomTensor(inner, columns, seed: 2)
      let before = randomTensor(count + 1, columns, seed: 3)
      let start = randomTensor(1, columns, seed: 4)
      for isStarting in [false, true] {
        var expected = before.doubles
        for pair in 0..<count {
          for column in 0..<columns {
            let place = Int(targets[pair]) * columns + column
            if isStarting { expected[place] = Double(start[0, column]) }
            for channel in 0..<inner {
              expected[place] +=
                Double(input[Int(sources[pair]), channel]) * Double(weight[channel, column])
            }
          }
        }
        for set in InstructionSet.available {
          let output = before.copied()
          let spare = randomTensor(1, columns, seed: 5)
          set.accumulateRows(
            RowProducts(
              pairs: RowPairs(sources: sources, targets: targets, count: count),
              input: input.values, inputPitch: inner, inner: inner, weight: weight.values,
              weightPitch: columns, output: output.values, outputPitch: columns,
              columns: columns, start: isStarting ? UnsafePointer(start.values) : nil,
              spare: spare.values))
          let difference = compare(output.doubles, with: expected)
          #expect(difference.scaledError < 2e-6, "\(set.name): \(difference)")
        }
      }
    }
  }

  @Test(
    "outer products are added up", arguments: [8, 16, 24, 56, 64, 120], [0, 1, 7, 30])
  func outerProducts(columns: Int, count: Int) {
    for rows in [1, 3, 8, 13, 24] {
      let (sources, targets) = pairs(count)
      let left = randomTensor(count + 1, rows, seed: 1)
      let right = randomTensor(count + 1, columns, seed: 2)
      let before = randomTensor(rows, columns, seed: 3)
      var expected = before.doubles
      for pair in 0..<count {
        for row in 0..<rows {
          for column in 0..<columns {
            expected[row * columns + column] +=
              Double(left[Int(sources[pair]), row]) * Double(right[Int(targets[pair]), column])
          }
        }
      }
      for set in InstructionSet.available {
        let sums = before.copied()
        set.accumulateOuterProducts(
          OuterProducts(
            pairs: RowPairs(sources: sources, targets: targets, count: count),
            left: left.values, leftPitch: rows, rows: rows, right: right.values,
            rightPitch: columns, columns: columns, sums: sums.values, sumsPitch: columns))
        let difference = compare(sums.doubles, with: expected)
        #expect(difference.scaledError < 2e-6, "\(set.name): \(difference)")
      }
    }
  }

  @Test(
    "a transposed matrix has every value in its place", arguments: [1, 4, 15, 16, 33],
    [1, 3, 8, 47])
  func transpose(rows: Int, columns: Int) {
    let source = randomTensor(rows, columns, seed: 1)
    for set in InstructionSet.available {
      let target = Tensor(rows: columns, channels: rows)
      set.transpose(source.values, rows, columns, columns, target.values, rows)
      for row in 0..<rows {
        for column in 0..<columns { #expect(target[column, row] == source[row, column]) }
      }
    }
  }

  @Test("one set is chosen, and every set has a peak")
  func choice() {
    #expect(InstructionSet.available.first?.name == "portable")
    let names = InstructionSet.available.map(\.name)
    let wanted = InstructionSet.forcedName.flatMap { names.contains($0) ? $0 : nil }
    #expect(InstructionSet.current.name == wanted ?? names.last)
    for set in InstructionSet.available {
      #expect(set.multiplyAddInRegisters(3).operations > 0)
      #expect(set.multiplyAddInRegisters(3).witness.isFinite)
    }
  }
}
