import Tensors

extension Compute {
  /// Values of a tile: some microseconds of work, which is what waking a thread costs.
  static let floatsPerTile = 1 << 15

  /// Rows of a tile of an operator that goes over all channels: never a matter of the machine, and
  /// whole runs of those that are summed in single precision.
  static func rowsPerTile(channels: Int) -> Int {
    let rowsPerRun = 32
    return max(1, floatsPerTile / (max(channels, 1) * rowsPerRun)) * rowsPerRun
  }
}
