import Tensors

/// A loop over a few rows of some neighbouring channels, whose constants stay in registers.
protocol ChannelSweep {
  /// Goes over the rows, `V.count` channels from `channel` on.
  func sweep<V: Lanes>(_ lanes: V.Type, channel: Int, rows: Range<Int>)
}

extension ChannelSweep {
  /// Goes over all channels of some rows, a run of them at a time, so that the rows are still in the
  /// nearest cache when the next channels are looked at.
  @inline(__always)
  func sweep(rows: Range<Int>, channels: Int) {
    var start = rows.lowerBound
    while start < rows.upperBound {
      let end = min(start &+ Compute.rowsPerRun, rows.upperBound)
      sweepRun(start..<end, channels: channels)
      start = end
    }
  }

  @inline(__always)
  private func sweepRun(_ rows: Range<Int>, channels: Int) {
    var channel = 0
    while channel &+ 8 <= channels {
      sweep(SIMD8<Float>.self, channel: channel, rows: rows)
      channel &+= 8
    }
    if channel &+ 4 <= channels {
      sweep(SIMD4<Float>.self, channel: channel, rows: rows)
      channel &+= 4
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
  func sweep<V: Lanes>(_ lanes: V.Type, at index: Int)
}

extension ValueSweep {
  /// Goes over a range of values.
  @inline(__always)
  func sweep(_ range: Range<Int>) {
    var index = range.lowerBound
    while index &+ 8 <= range.upperBound {
      sweep(SIMD8<Float>.self, at: index)
      index &+= 8
    }
    while index < range.upperBound {
      sweep(Float.self, at: index)
      index &+= 1
    }
  }
}

extension Compute {
  /// Rows whose values are summed in single precision before double takes over: so few that nothing
  /// of a sum is lost, and a constant of the arithmetic.
  static let rowsPerRun = 32

  /// Values of a tile: some microseconds of work, which is what waking a thread costs.
  static let floatsPerTile = 1 << 15

  /// Rows of a tile of an operator that goes over all channels: never a matter of the machine.
  static func rowsPerTile(channels: Int) -> Int {
    max(1, floatsPerTile / (max(channels, 1) * rowsPerRun)) * rowsPerRun
  }
}
