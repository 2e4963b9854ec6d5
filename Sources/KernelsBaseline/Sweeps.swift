/// A loop over a few rows of some neighbouring channels, whose constants stay in registers.
protocol ChannelSweep {
  /// Goes over the rows, `V.count` channels from `channel` on.
  func sweep<V: Register>(_ register: V.Type, channel: Int, rows: Range<Int>)
}

extension ChannelSweep {
  /// Goes over all channels of some rows, a run of them at a time: the rows are then still in the
  /// nearest cache when the next channels are looked at, and a sum in single precision is of so few
  /// values that nothing of it is lost.
  @inline(__always)
  func sweep(rows: Int, channels: Int) {
    let rowsPerRun = 32
    var start = 0
    while start < rows {
      let end = min(start &+ rowsPerRun, rows)
      sweepRun(start..<end, channels: channels)
      start = end
    }
  }

  @inline(__always)
  private func sweepRun(_ rows: Range<Int>, channels: Int) {
    var channel = 0
    while channel &+ Lane.scalarCount <= channels {
      sweep(Lane.self, channel: channel, rows: rows)
      channel &+= Lane.scalarCount
    }
    while channel &+ HalfLane.scalarCount <= channels {
      sweep(HalfLane.self, channel: channel, rows: rows)
      channel &+= HalfLane.scalarCount
    }
    while channel < channels {
      sweep(Float.self, channel: channel, rows: rows)
      channel &+= 1
    }
  }
}

/// A loop over values of which all are treated alike.
protocol ValueSweep {
  /// Goes over the values from `index` to `index + V.count`.
  func sweep<V: Register>(_ register: V.Type, at index: Int)
}

extension ValueSweep {
  /// Goes over some values.
  @inline(__always)
  func sweep(count: Int) {
    var index = 0
    while index &+ Lane.scalarCount <= count {
      sweep(Lane.self, at: index)
      index &+= Lane.scalarCount
    }
    while index < count {
      sweep(Float.self, at: index)
      index &+= 1
    }
  }
}
