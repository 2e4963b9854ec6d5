import Testing

@testable import Distributed

/// Proves how many threads a rank starts.
@Suite("ProcessorShare")
struct ProcessorShareTests {
  @Test("processors that several ranks may use are shared out")
  func shared() {
    let all = ProcessorSet(0..<64)
    #expect(all.share(among: [all]) == 64)
    #expect(all.share(among: [all, all, all]) == 21)
    #expect(ProcessorSet(0..<2).share(among: Array(repeating: ProcessorSet(0..<2), count: 8)) == 1)
  }

  @Test("a rank that is bound uses what it was given")
  func bound() {
    let ranks = [ProcessorSet(0..<4), ProcessorSet(4..<8), ProcessorSet(8..<9)]
    #expect(ranks.map { $0.share(among: ranks) } == [4, 4, 1])
  }

  @Test("what Linux says is read, the last processors first")
  func status() {
    let status = "Name:\tx\nCpus_allowed:\t3,00000000,80000001\nCpus_allowed_list:\t0,31,64-65\n"
    #expect(ProcessorSet(status: status)?.words.prefix(2) == [0x8000_0001, 3])
    #expect(ProcessorSet(status: "") == nil)
    #expect(ProcessorSet(status: "Cpus_allowed:\tx\n") == nil)
    #expect(ProcessorSet.current.share(among: []) >= 1)
  }
}
