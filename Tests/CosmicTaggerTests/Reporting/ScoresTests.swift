import CosmicTagger
import Files
import Foundation
import Testing

@Suite("scores.json")
struct ScoresTests {
  private static func text(entry: Int) -> String {
    """
    {"events": "training events", "averaging": "image",
     "predictions": [{"name": "everything is background", "confusion": [[[1, 0, 0], [2, 0, 0],
       [3, 0, 0]]], "metrics": {"Total_Accuracy": 0.5, "Cosmic_IoU": 0}}],
     "per_event": [{"entry": \(entry), "loss": 0.25, "neutrino_sites": 3,
       "metrics": {"Total_Accuracy": 0.5}}],
     "pictures": [{"title": "best", "file": "best_event.png"}]}
    """
  }

  private func scores(_ scratch: Scratch, entry: Int) throws -> Scores {
    let path = scratch.file("given.json")
    try Data(Self.text(entry: entry).utf8).write(to: URL(fileURLWithPath: path))
    return try Scores(contentsOf: path)
  }

  @Test("is read as it was written, with what is not known left out")
  func roundTrip() throws {
    let scratch = try Scratch()
    let scores = try scores(scratch, entry: 7)
    #expect(scores.predictions[0].loss == nil && scores.predictions[0].metrics.meanIoU == nil)
    #expect(scores.predictions[0].confusion[0][2] == [3, 0, 0])
    #expect(scores.perEvent[0].entry == 7 && scores.perEvent[0].neutrinoSites == 3)
    try scores.write(to: scratch.file("scores.json"))
    #expect(try Scores(contentsOf: scratch.file("scores.json")) == scores)
  }

  @Test("is the old or the new one, wherever writing fails")
  func faults() throws {
    let scratch = try Scratch()
    let (old, new) = (try scores(scratch, entry: 1), try scores(scratch, entry: 2))
    let path = scratch.file("scores.json")
    var number = 0
    var faults = WriteFaults(from: number)
    repeat {
      try old.write(to: path)
      faults = WriteFaults(from: number)
      let isWritten = WriteFaults.$current.withValue(faults) {
        (try? new.write(to: path)) != nil
      }
      let left = try Scores(contentsOf: path)
      #expect(left == new || left == old && !isWritten)
      number += 1
    } while faults.wasReached
    #expect(number > 3)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).count == 2)
  }
}
