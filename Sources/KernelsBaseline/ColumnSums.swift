import KernelOperands

/// Adds up the values of each channel.
public func addValues(_ sums: ColumnSums) {
  ValueSum(operands: sums).sweep(rows: sums.rows, channels: sums.channels)
}

/// Adds up the values of each channel, and their squares.
public func addMoments(_ sums: ColumnSums) {
  MomentSum(operands: sums).sweep(rows: sums.rows, channels: sums.channels)
}

private struct ValueSum: ChannelSweep {
  let operands: ColumnSums

  @inline(__always)
  func sweep<V: Register>(_ register: V.Type, channel: Int, rows: Range<Int>) {
    let (values, pitch) = (operands.values + channel, operands.channels)
    var sums = RowSums<V>(repeating: V(repeating: 0))
    forEachRow(rows) { row, place in sums[place] = sums[place] + V(at: values + row &* pitch) }
    total(sums).wide.add(to: operands.sums + channel)
  }
}

private struct MomentSum: ChannelSweep {
  let operands: ColumnSums

  /// Sums distances from the first row, so that a large mean costs no digits: their squares come to
  /// no more than those from the mean times one more than the number of rows.
  @inline(__always)
  func sweep<V: Register>(_ register: V.Type, channel: Int, rows: Range<Int>) {
    let (values, pitch) = (operands.values + channel, operands.channels)
    let centre = V(at: values + rows.lowerBound &* pitch)
    var sums = RowSums<V>(repeating: V(repeating: 0))
    var squares = RowSums<V>(repeating: V(repeating: 0))
    forEachRow(rows) { row, place in
      let distance = V(at: values + row &* pitch) - centre
      sums[place] = sums[place] + distance
      squares[place] = squares[place].adding(distance, times: distance)
    }
    // About zero, in double precision, which has digits to spare.
    let (centreWide, sum) = (centre.wide, total(sums).wide)
    let whole = V.Wide(repeating: Double(rows.count)) * centreWide + sum
    whole.add(to: operands.sums + channel)
    (total(squares).wide + centreWide * (whole + sum))
      .add(to: operands.sums + (operands.channels + channel))
  }
}

/// Sums of every fourth row, so that no addition waits for the one before it.
typealias RowSums<V: Register> = InlineArray<4, V>

/// Goes over rows with the number of the sum that each belongs to.
@inline(__always)
func forEachRow(_ rows: Range<Int>, _ body: (_ row: Int, _ place: Int) -> Void) {
  var row = rows.lowerBound
  while row &+ 4 <= rows.upperBound {
    for place in 0..<4 { body(row &+ place, place) }
    row &+= 4
  }
  while row < rows.upperBound {
    body(row, 0)
    row &+= 1
  }
}

/// The sum of all rows.
@inline(__always)
func total<V: Register>(_ sums: RowSums<V>) -> V { (sums[0] + sums[1]) + (sums[2] + sums[3]) }
