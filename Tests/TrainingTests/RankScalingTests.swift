import Foundation
import Testing
import Training

@Suite("Learning rates of several ranks")
struct RankScalingTests {
  @Test("one rank has the rate it had, but for the decay of 2019")
  func alone() {
    for scaling in RankScaling.allCases {
      for step in [0, 50, 99, 600] { #expect(scaling.factor(step: step, ranks: 1) == 1) }
    }
  }

  @Test("the original's of 2019: one, up to the root on fifty steps, and down from step 600 on")
  func of2019() {
    let factor = { RankScaling.rootOf2019.factor(step: $0, ranks: 16) }
    #expect([0, 50].map(factor) == [1, 1])
    #expect(factor(75) == 2.5)
    #expect([100, 350, 600].map(factor) == [4, 4, 4])
    #expect(abs(factor(1600) - 4 * exp(-1)) < 1e-12)
  }

  @Test("by the root and by the number")
  func plain() {
    #expect(RankScaling.root.factor(step: 7, ranks: 9) == 3)
    #expect(RankScaling.linear.factor(step: 7, ranks: 9) == 9)
    #expect(RankScaling.none.factor(step: 7, ranks: 9) == 1)
  }
}
