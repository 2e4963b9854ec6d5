import CBLAS
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
  public init(measuredBy threads: Threads) {
    self.init(
      gigaflops: Self.multiplyAddPeak(threads), gigabytesPerSecond: Self.bandwidth(threads))
  }

  /// The least seconds that work of this size takes: the roofline bound.
  ///
  /// - Parameter flops: two for each multiply-add.
  public func boundSeconds(flops: Double, bytes: Double) -> Double {
    max(flops / (gigaflops * 1e9), bytes / (gigabytesPerSecond * 1e9))
  }

  /// A product of square matrices in each thread, which runs from the cache.
  private static func multiplyAddPeak(_ threads: Threads) -> Double {
    MatrixProduct.prepare()
    let size = 768
    let matrices = (0..<threads.count).map { _ in
      (0..<3).map { _ in Tensor(rows: size, channels: size) }
    }
    for tensor in matrices.joined() { tensor.fill(1) }
    let seconds = best(of: 5) {
      threads.run(threads.count) { tile, _ in
        let part = matrices[tile]
        MatrixProduct.multiply(
          part[0].matrix(rows: 0..<size), part[1].matrix(rows: 0..<size), into: part[2].values,
          accumulating: false)
      }
    }
    return 2e-9 * Double(threads.count * size * size * size) / seconds
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
