import Kernels
import Tensors
import Testing

@Suite("The machine's peaks")
struct MachinePeaksTests {
  @Test("the roofline is the longer of arithmetic and traffic")
  func roofline() {
    let peaks = MachinePeaks(gigaflops: 100, gigabytesPerSecond: 20)
    #expect(peaks.boundSeconds(flops: 200e9, bytes: 10e9) == 2)
    #expect(peaks.boundSeconds(flops: 200e9, bytes: 60e9) == 3)
    #expect(peaks.boundSeconds(flops: 0, bytes: 0) == 0)
  }

  @Test("both peaks are measured, on one thread and on two", arguments: [1, 2])
  func measured(threads: Int) {
    let peaks = MachinePeaks(measuredBy: Threads(count: threads))
    #expect(peaks.gigaflops > 0 && peaks.gigaflops.isFinite)
    #expect(peaks.gigabytesPerSecond > 0 && peaks.gigabytesPerSecond.isFinite)
  }
}
