/// The two columns of a rulebook with what finds its way in them: where offsets begin, and blocks.
struct RuleColumns {
  let inputRows: [Int32]
  let outputRows: [Int32]
  let offsetStarts: [Int]
  let inputBlocks: RuleBlocks
  let outputBlocks: RuleBlocks

  /// The lists of all offsets one after the other.
  init(_ lists: PairLists, inputs: Int, outputs: Int) {
    var starts = [0]
    starts.reserveCapacity(lists.count + 1)
    for list in 0..<lists.count { starts.append(starts[list] + lists.inputs(list).count) }
    inputRows = LargeMemory.array(Int32.self, count: starts[lists.count]) { column in
      for list in 0..<lists.count { column.copy(lists.inputs(list), to: starts[list]) }
    }
    outputRows = LargeMemory.array(Int32.self, count: starts[lists.count]) { column in
      for list in 0..<lists.count { column.copy(lists.outputs(list), to: starts[list]) }
    }
    offsetStarts = starts
    inputBlocks = RuleBlocks(rows: inputRows, offsetStarts: starts, rowCount: inputs)
    outputBlocks = RuleBlocks(rows: outputRows, offsetStarts: starts, rowCount: outputs)
  }

  /// A symmetric filter on its own sites, from the lists of the first half of its offsets: the other
  /// half has the same pairs with their roles swapped, in the opposite order.
  ///
  /// - Parameter rows: number of sites, each of which is its own pair where there is a centre.
  init(half lists: PairLists, hasCentre: Bool, rows: Int) {
    let half = lists.count
    let counts = (0..<half).map { lists.inputs($0).count }
    var starts = [0]
    starts.reserveCapacity(2 * half + 2)
    for count in counts + (hasCentre ? [rows] : []) + counts.reversed() {
      starts.append(starts[starts.count - 1] + count)
    }
    let offsets = starts.count - 1
    let total = starts[offsets]
    func column(
      _ first: (Int) -> UnsafeBufferPointer<Int32>, _ second: (Int) -> UnsafeBufferPointer<Int32>
    ) -> [Int32] {
      LargeMemory.array(Int32.self, count: total) { column in
        for list in 0..<half {
          column.copy(first(list), to: starts[list])
          column.copy(second(list), to: starts[offsets - 1 - list])
        }
        guard hasCentre else { return }
        let centre = column + starts[half]
        for row in 0..<rows { centre[row] = Int32(truncatingIfNeeded: row) }
      }
    }
    inputRows = column(lists.inputs, lists.outputs)
    outputRows = column(lists.outputs, lists.inputs)
    offsetStarts = starts
    outputBlocks = RuleBlocks(rows: outputRows, offsetStarts: starts, rowCount: rows)
    inputBlocks = outputBlocks.mirrored(offsetStarts: starts)
  }
}

extension UnsafeMutablePointer<Int32> {
  fileprivate func copy(_ rows: UnsafeBufferPointer<Int32>, to start: Int) {
    guard let base = rows.baseAddress else { return }
    (self + start).update(from: base, count: rows.count)
  }
}
