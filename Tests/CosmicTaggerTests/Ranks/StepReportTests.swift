import Testing
import Training

@testable import CosmicTagger

@Suite("What ranks tell of a step")
struct StepReportTests {
  @Test("arrives as it was", arguments: [false, true])
  func bytes(hasHeads: Bool) {
    var report = StepReport([], waited: 0.25, agreed: 0.125)
    #expect(StepReport(bytes: report.bytes) == report)
    report.events = [7, 1 << 40]
    report.sites = 12_345
    report.computeSeconds = 1.5
    report.omissions.cutEvents = 2
    report.omissions.cutVoxels = 300
    report.omissions.sentences = ["entry 5 of a.h5 is not as it should be", "entry 6 neither"]
    report.confusions = (0..<2).map { event in
      (0..<3).map { plane in
        Confusion(classes: 3, counts: (0..<9).map { 100 * event + 10 * plane + $0 })
      }
    }
    if hasHeads {
      var share = HeadFigures.Share()
      (share.count, share.sum) = (2, 1)
      report.heads.kinds = share
      report.heads.detections = [share, HeadFigures.Share(), share]
      report.heads.distances = [share, share, HeadFigures.Share()]
    }
    #expect(StepReport(bytes: report.bytes) == report)
  }
}
