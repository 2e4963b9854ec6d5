// What loops over all channels of some rows are told. Rows lie one after the other, `channels` floats
// from one to the next; every address is that of the first row's first channel.

/// Rows whose channels are added up, each by itself.
public struct ColumnSums {
  /// The rows.
  public let values: UnsafePointer<Float>
  /// Number of rows.
  public let rows: Int
  /// Values of a row.
  public let channels: Int
  /// What is added to: a sum for each channel, and where asked for as many sums of squares after it.
  public let sums: UnsafeMutablePointer<Double>

  /// Sums with all they read and write.
  public init(
    values: UnsafePointer<Float>, rows: Int, channels: Int, sums: UnsafeMutablePointer<Double>
  ) {
    self.values = values
    self.rows = rows
    self.channels = channels
    self.sums = sums
  }
}

/// `leaky((x - mean) · factor + shift)`: the constants of a normalisation, one of each for a channel.
public struct AffineMap {
  /// Number of channels.
  public let channels: Int
  /// Mean that is subtracted.
  public let mean: UnsafePointer<Float>
  /// What the distance from the mean is multiplied by.
  public let factor: UnsafePointer<Float>
  /// What is added in the end.
  public let shift: UnsafePointer<Float>
  /// Slope of the activation for negative values: 0 is ReLU, 1 is none.
  public let leak: Float

  /// A map of its constants.
  public init(
    channels: Int, mean: UnsafePointer<Float>, factor: UnsafePointer<Float>,
    shift: UnsafePointer<Float>, leak: Float
  ) {
    self.channels = channels
    self.mean = mean
    self.factor = factor
    self.shift = shift
    self.leak = leak
  }
}

/// Rows that are normalised.
public struct NormalizedRows {
  /// The normalisation.
  public let map: AffineMap
  /// Number of rows.
  public let rows: Int
  /// The rows.
  public let input: UnsafePointer<Float>
  /// What is added before the activation, if anything.
  public let addend: UnsafePointer<Float>?
  /// The result.
  public let output: UnsafeMutablePointer<Float>

  /// A normalisation with all it reads and writes.
  public init(
    map: AffineMap, rows: Int, input: UnsafePointer<Float>, addend: UnsafePointer<Float>?,
    output: UnsafeMutablePointer<Float>
  ) {
    self.map = map
    self.rows = rows
    self.input = input
    self.addend = addend
    self.output = output
  }
}

/// Rows of a gradient that goes back through a normalisation: the sums over all rows it needs first.
public struct SlopeSums {
  /// The normalisation; its activation is disregarded where its leak is one.
  public let map: AffineMap
  /// Number of rows.
  public let rows: Int
  /// What was normalised.
  public let input: UnsafePointer<Float>
  /// The gradient of the result.
  public let gradient: UnsafePointer<Float>
  /// What was returned, where something was added before the activation: only its sign is looked at.
  public let output: UnsafePointer<Float>?
  /// Where the gradient before the activation goes, if `output` is there.
  public let slopes: UnsafeMutablePointer<Float>?
  /// What is added to: for each channel the sum of gradients before the activation, then for each
  /// that of those times the distance of the input from its mean.
  public let sums: UnsafeMutablePointer<Double>

  /// Sums with all they read and write.
  public init(
    map: AffineMap, rows: Int, input: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
    output: UnsafePointer<Float>?, slopes: UnsafeMutablePointer<Float>?,
    sums: UnsafeMutablePointer<Double>
  ) {
    self.map = map
    self.rows = rows
    self.input = input
    self.gradient = gradient
    self.output = output
    self.slopes = slopes
    self.sums = sums
  }
}

/// `factor · slope - share - distance · tilt` on rows: the gradient of what was normalised.
public struct NormalizedGradient {
  /// The normalisation.
  public let map: AffineMap
  /// Number of rows.
  public let rows: Int
  /// Whether `gradient` has yet to go back through the activation.
  public let isGated: Bool
  /// For each channel what every row loses, then for each what it loses by its distance from the mean.
  public let shares: UnsafePointer<Float>
  /// What was normalised.
  public let input: UnsafePointer<Float>
  /// The gradient of the result.
  public let gradient: UnsafePointer<Float>
  /// The gradient of the input.
  public let output: UnsafeMutablePointer<Float>

  /// A gradient with all it reads and writes.
  public init(
    map: AffineMap, rows: Int, isGated: Bool, shares: UnsafePointer<Float>,
    input: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    self.map = map
    self.rows = rows
    self.isGated = isGated
    self.shares = shares
    self.input = input
    self.gradient = gradient
    self.output = output
  }
}

/// Channels that are copied between rows of different lengths.
public struct CopiedChannels {
  /// Number of rows.
  public let rows: Int
  /// Values that are copied of each row.
  public let channels: Int
  /// The first of them.
  public let source: UnsafePointer<Float>
  /// Floats from one row to the next.
  public let sourcePitch: Int
  /// Where the first goes.
  public let target: UnsafeMutablePointer<Float>
  /// Floats from one row to the next.
  public let targetPitch: Int

  /// Copies with all they read and write.
  public init(
    rows: Int, channels: Int, source: UnsafePointer<Float>, sourcePitch: Int,
    target: UnsafeMutablePointer<Float>, targetPitch: Int
  ) {
    self.rows = rows
    self.channels = channels
    self.source = source
    self.sourcePitch = sourcePitch
    self.target = target
    self.targetPitch = targetPitch
  }
}
