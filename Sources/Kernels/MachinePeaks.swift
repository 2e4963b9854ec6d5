import Tensors

/// What the machine at hand can do at most, measured: the roofline that timings are held against.
///
/// No operator is faster than its arithmetic at the peak of fused multiply-add, nor than its memory
/// traffic at the bandwidth (S. Williams, A. Waterman, D. Patterson, "Roofline", CACM 52, 2009).
public struct MachinePeaks: Sendable {
  /// Fused multiply-adds a second, counted as two operations each, in 10⁹.
  public let gigaflops: Double

  /// Bytes to and from memory a second, in 10⁹.
  public let gigabytesPerSecond: Double

  /// Peaks that are known.
  public init(gigaflops: Double, gigabytesPerSecond: Double) {
    self.gigaflops = gigaflops
    self.gigabytesPerSecond = gigabytesPerSecond
  }

  /// Measures both with the threads given, as the best of several runs.
  ///
  /// Cost: some 0.3 s, and 192 MiB of memory that it gives back.
  ///
  /// - Parameter precision: what is multiplied.
  public init(measuredBy threads: Threads, precision: Precision = .float32) {
    self.init(
      gigaflops: Self.multiplyAddPeak(threads, precision),
      gigabytesPerSecond: Self.bandwidth(threads))
  }

  /// The least seconds that work of this size takes: the roofline bound.
  ///
  /// - Parameter flops: two for each multiply-add.
  public func boundSeconds(flops: Double, bytes: Double) -> Double {
    max(flops / (gigaflops * 1e9), bytes / (gigabytesPerSecond * 1e9))
  }

  /// The chosen instruction set's multiply-adds in registers, in every thread.
  private static func multiplyAddPeak(_ threads: Threads, _ precision: Precision) -> Double {
    let set = InstructionSet.current
    let bfloat16 = precision == .bfloat16 ? set.bfloat16 : nil
    let work = bfloat16?.multiplyAddInRegisters ?? set.multiplyAddInRegisters
    let rounds = 200_000
    let operations = work(rounds).operations
    let tiles = 2 * threads.count
    let seconds = best(of: 10) {
      threads.run(tiles) { _, _ in
        // The witness keeps the work from being left out; it is finite.
        precondition(work(rounds).witness.isFinite)
      }
    }
    return 1e-9 * Double(tiles * operations) / seconds
  }

  /// `a = b + s · c` over vectors that no cache holds: two reads and a write of each element.
  ///
  /// Source: the triad of STREAM (John McCalpin, 1995).
  private static func bandwidth(_ threads: Threads) -> Double {
    let count = 1 << 24
    let (sums, left, right) = (vector(count), vector(count), vector(count))
    let seconds = best(of: 4) {
      threads.forEachTile(of: count, tile: 1 << 16) { range in
        let (sum, first, second) = (sums.values, left.values, right.values)
        for index in range { sum[index] = first[index] + 0.5 * second[index] }
      }
    }
    return 3e-9 * Double(count * MemoryLayout<Float>.stride) / seconds
  }

  private static func vector(_ count: Int) -> Tensor { Tensor(rows: count, channels: 1) }

  private static func best(of repetitions: Int, _ work: () -> Void) -> Double {
    work()
    let clock = ContinuousClock()
    return (0..<repetitions).reduce(.infinity) { best, _ in
      min(best, clock.measure(work) / .seconds(1))
    }
  }
}
