/// Merges sorted keys with themselves, moved by one step or by a few steps to the same line.
///
/// Which of two pointers moves is as good as random, so loops have no branches on the data.
struct StepMerge {
  private let keys: UnsafeBufferPointer<UInt64>

  init(_ keys: UnsafeBufferPointer<UInt64>) {
    self.keys = keys
  }

  /// The pairs of one step, whatever its length.
  func findPairs(_ delta: UInt64, _ list: Int, _ lists: PairLists) {
    guard let base = keys.baseAddress else { return }
    lists.fill(list) { inputs, outputs in
      let count = keys.count
      var (input, output) = begin(delta)
      var pairs = 0
      while input < count, output < count {
        let read = base[input]
        let target = base[output] &+ delta
        inputs[pairs] = Int32(truncatingIfNeeded: input)
        outputs[pairs] = Int32(truncatingIfNeeded: output)
        pairs &+= read == target ? 1 : 0
        input &+= read <= target ? 1 : 0
        output &+= read >= target ? 1 : 0
      }
      return pairs
    }
  }

  /// The pairs of a row of a filter: three steps at a time where they follow each other.
  func findPairs(_ row: FilterRow, _ deltas: [UInt64], _ lists: PairLists) {
    let steps = row.steps
    var step = 0
    while step < steps.count {
      if step + 2 < steps.count, steps[step + 1].distance == steps[step].distance + 1,
        steps[step + 2].distance == steps[step].distance + 2
      {
        findThree(
          deltas[steps[step].list], (steps[step].list, steps[step + 1].list, steps[step + 2].list),
          lists)
        step += 3
      } else {
        findPairs(deltas[steps[step].list], steps[step].list, lists)
        step += 1
      }
    }
  }

  /// The pairs of three steps, of which the second and third lead one and two places farther.
  private func findThree(_ delta: UInt64, _ list: (Int, Int, Int), _ lists: PairLists) {
    guard let base = keys.baseAddress else { return }
    let count = keys.count
    let distance = lists.columnDistance
    var (first, second, third) = (lists.ends[list.0], lists.ends[list.1], lists.ends[list.2])
    var (input, output) = begin(delta)
    // A row whose first target wraps round below the first key may have another that does not.
    let early = max(0, output - 2)..<output
    for row in early { look(from: row, delta, startingAt: 0, distance, &first, &second, &third) }
    // Three keys are compared at a time, the first that is not below the first target and the two
    // behind it.
    while input &+ 2 < count, output < count {
      let target = base[output] &+ delta
      let (a, b, c) = (base[input], base[input &+ 1], base[input &+ 2])
      let isReached = a >= target ? 1 : 0
      let row = Int32(truncatingIfNeeded: output)
      let isFirst = a == target ? 1 : 0
      let isSecond = isReached & ((a == target &+ 1 ? 1 : 0) | (b == target &+ 1 ? 1 : 0))
      let isThird =
        isReached
        & ((a == target &+ 2 ? 1 : 0) | (b == target &+ 2 ? 1 : 0) | (c == target &+ 2 ? 1 : 0))
      first[0] = Int32(truncatingIfNeeded: input)
      first[distance] = row
      first += isFirst
      second[0] = Int32(truncatingIfNeeded: input &+ isFirst)
      second[distance] = row
      second += isSecond
      third[0] = Int32(truncatingIfNeeded: input &+ isFirst &+ isSecond)
      third[distance] = row
      third += isThird
      output &+= isReached
      input &+= 1 &- isReached
    }
    for row in output..<max(output, count) {
      look(from: row, delta, startingAt: input, distance, &first, &second, &third)
    }
    lists.ends[list.0] = first
    lists.ends[list.1] = second
    lists.ends[list.2] = third
  }

  /// One row by itself, at the ends of the keys, where three keys cannot be compared.
  private func look(
    from row: Int, _ delta: UInt64, startingAt start: Int, _ distance: Int,
    _ first: inout UnsafeMutablePointer<Int32>, _ second: inout UnsafeMutablePointer<Int32>,
    _ third: inout UnsafeMutablePointer<Int32>
  ) {
    func note(_ target: UInt64, _ end: inout UnsafeMutablePointer<Int32>) {
      let found = firstRow(notBelow: target, in: keys, from: start)
      guard found < keys.count, keys[found] == target else { return }
      end[0] = Int32(truncatingIfNeeded: found)
      end[distance] = Int32(truncatingIfNeeded: row)
      end += 1
    }
    let target = keys[row] &+ delta
    note(target, &first)
    note(target &+ 1, &second)
    note(target &+ 2, &third)
  }

  /// The pairs of the one or two steps back along a line: to the row before, or the one before that.
  func findRunBack(_ row: FilterRow, _ lists: PairLists) {
    guard let base = keys.baseAddress, let near = row.steps.last else { return }
    let distance = lists.columnDistance
    var one = lists.ends[near.list]
    guard row.steps.count == 2 else {
      for row in 1..<max(1, keys.count) {
        one[0] = Int32(truncatingIfNeeded: row &- 1)
        one[distance] = Int32(truncatingIfNeeded: row)
        one += base[row &- 1] &+ 1 == base[row] ? 1 : 0
      }
      lists.ends[near.list] = one
      return
    }
    var two = lists.ends[row.steps[0].list]
    for row in 1..<max(1, keys.count) {
      let isNear = base[row &- 1] &+ 1 == base[row] ? 1 : 0
      one[0] = Int32(truncatingIfNeeded: row &- 1)
      one[distance] = Int32(truncatingIfNeeded: row)
      one += isNear
      // The second row has none two before it; it meets itself, which is no pair.
      let farther = row == 1 && isNear == 1 ? row : row &- 1 &- isNear
      two[0] = Int32(truncatingIfNeeded: farther)
      two[distance] = Int32(truncatingIfNeeded: row)
      two += base[farther] &+ 2 == base[row] ? 1 : 0
    }
    lists.ends[near.list] = one
    lists.ends[row.steps[0].list] = two
  }

  /// Where a merge begins.
  ///
  /// Keys have 63 bits. A step back from a key smaller than it would wrap round and break the order;
  /// no site is there, so those rows are left out. A step forward cannot wrap.
  private func begin(_ delta: UInt64) -> (input: Int, output: Int) {
    guard let lowest = keys.first else { return (0, 0) }
    if Int64(bitPattern: delta) < 0 {
      return (0, firstRow(notBelow: 0 &- delta, in: keys, from: 0))
    }
    return (firstRow(notBelow: lowest &+ delta, in: keys, from: 0), 0)
  }
}

extension FilterRow {
  /// Whether the steps lead back along the line by one place, or by two and one.
  var isRunBack: Bool {
    lineStep == 0 && (steps.map(\.distance) == [-1] || steps.map(\.distance) == [-2, -1])
  }
}
