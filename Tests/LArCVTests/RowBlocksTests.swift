import LArCV
import Testing

@Suite("Rows of long tables are read in blocks")
struct RowBlocksTests {
  /// Reads every row in an order, and counts blocks read and kept.
  private func reading(
    _ rows: [Int], of rowCount: Int, blockRows: Int, mostBlocks: Int
  ) -> (read: [Range<Int>], mostKept: Int) {
    var blocks = RowBlocks<[Int]>(
      rowCount: rowCount, blockRows: blockRows, mostBlocks: mostBlocks)
    var read: [Range<Int>] = []
    var mostKept = 0
    for row in rows {
      let (block, position) = blocks.block(of: row) { range in
        read.append(range)
        return Array(range)
      }
      #expect(block[position] == row)
      mostKept = max(mostKept, blocks.keptCount)
    }
    return (read, mostKept)
  }

  @Test("each once where all fit", arguments: [1, 7, 8, 9, 31, 32])
  func shortTable(_ rowCount: Int) {
    let rows = Array(0..<rowCount)
    let (read, _) = reading(rows + rows.reversed(), of: rowCount, blockRows: 8, mostBlocks: 4)
    #expect(read.map(\.lowerBound) == Array(stride(from: 0, to: rowCount, by: 8)))
    #expect(read.last?.upperBound == rowCount)
  }

  @Test("and no more are kept of a table a hundred times as long")
  func longTable() {
    let rows = Array(0..<3200)
    let (read, mostKept) = reading(rows, of: 3200, blockRows: 8, mostBlocks: 4)
    #expect(read.count == 400)
    #expect(mostKept == 4)
    let shuffled = (0..<3200).map { ($0 * 1237) % 3200 }
    #expect(reading(shuffled, of: 3200, blockRows: 8, mostBlocks: 4).mostKept == 4)
  }

  @Test("and a failure is not kept")
  func failure() throws {
    struct Failure: Error {}
    var blocks = RowBlocks<Int>(rowCount: 10)
    #expect(throws: Failure.self) {
      try blocks.block(of: 3) { _ throws(Failure) in throw Failure() }
    }
    #expect(blocks.keptCount == 0)
    #expect(blocks.block(of: 3) { $0.count }.rows == 10)
  }
}
