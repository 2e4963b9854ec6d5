/// What an operator computes with: the threads it shares its tiles among, the arena its results and
/// scratch memory come from, the way convolutions are computed, and the processes it shares a batch with.
public struct Compute {
  /// The pool that runs tiles.
  public let threads: Threads

  /// Where results live until the end of the step.
  public let arena: Arena

  /// How convolutions are computed.
  public var convolution: ConvolutionAlgorithm

  /// What the operands of convolutions are rounded to.
  public var precision: Precision

  /// The other processes that have a part of the same batch, if there are any.
  public var ranks: (any Ranks)?

  /// Whether normalisation takes mean and variance over the sites of all of them.
  public var sharesStatistics = false

  /// Threads and an arena; by default one thread and an arena of their own.
  public init(
    threads: Threads = Threads(count: 1), arena: Arena = Arena(),
    convolution: ConvolutionAlgorithm = .automatic, precision: Precision = .float32
  ) {
    self.threads = threads
    self.arena = arena
    self.convolution = convolution
    self.precision = precision
  }
}

/// A way to compute a convolution; all give the same sums, apart from rounding.
public enum ConvolutionAlgorithm: String, CaseIterable, Sendable {
  /// Whichever is faster: at present the fused one wherever it can be used.
  case automatic
  /// Sums stay in registers while the rows of all pairs stream by, where a convolution has one group
  /// and makes a multiple of eight channels; the other elsewhere.
  case fused
  /// Rows are gathered, multiplied by OpenBLAS and scattered, offset by offset.
  case gatherGEMMScatter = "gather-gemm-scatter"
}
