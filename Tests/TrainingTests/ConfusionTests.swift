import Reference
import Tensors
import Testing
import Training

/// Proves the counts all metrics follow from.
@Suite("Confusion")
struct ConfusionTests {
  @Test("every count against loops over the sites", arguments: [0, 1, 150])
  func counts(count: Int) throws {
    let problem = try LossProblem(count)
    var random = SplitMix(seed: 4)
    let predictions = problem.labels.map { _ in UInt8.random(in: 0..<3, using: &random) }
    let images = try confusions(predictions, problem.batch)
    #expect(images.count == 4)
    for (event, groups) in images.enumerated() {
      #expect(groups.count == 3)
      for (plane, confusion) in groups.enumerated() {
        let rows = problem.sites.indices.filter { problem.sites[$0].prefix(2) == [event, plane] }
        #expect(confusion.total == rows.count)
        #expect(
          confusion.correct == rows.filter { Int(predictions[$0]) == problem.labels[$0] }.count)
        for label in 0..<3 {
          let labelled = Set(rows.filter { problem.labels[$0] == label })
          let predicted = Set(rows.filter { Int(predictions[$0]) == label })
          #expect(confusion.labelled(label) == labelled.count)
          #expect(confusion.predicted(label) == predicted.count)
          #expect(confusion.correct(label) == labelled.intersection(predicted).count)
          #expect(confusion.union(label) == labelled.union(predicted).count)
        }
      }
    }
  }

  @Test("counts of two images add up")
  func adding() {
    var first = Confusion(classes: 3)
    first.add(label: 1, prediction: 2)
    var second = Confusion(classes: 3)
    second.add(label: 1, prediction: 2)
    second.add(label: 0, prediction: 0)
    first.add(second)
    #expect(first.counts == [1, 0, 0, 0, 0, 2, 0, 0, 0])
  }

  @Test("the largest logit wins, the lowest class of equal ones")
  func winners() throws {
    let logits = Tensor(rows: 5, channels: 3, [0, 0, 0, -1, 2, 2, 5, 1, 5, -3, -2, -1, 0, 1, 0])
    #expect(try predictions(logits) == [0, 1, 0, 2, 1])
    for row in 0..<5 {
      let values = (0..<3).map { Double(logits[row, $0]) }
      #expect(try Int(predictions(logits)[row]) == predictedClass(values))
    }
    #expect(try predictions(Tensor(rows: 0, channels: 3)).isEmpty)
  }

  @Test("more classes than a byte numbers are refused, as are predictions that fit no batch")
  func refusals() throws {
    let logits = Tensor(rows: 1, channels: 257)
    logits[0, 256] = 1
    #expect(throws: TrainingError.classes(257)) { try predictions(logits) }
    let widest = Tensor(rows: 1, channels: 256)
    widest[0, 255] = 1
    #expect(try predictions(widest) == [255])
    let problem = try LossProblem(9)
    let ones = [UInt8](repeating: 1, count: 9)
    #expect(throws: TrainingError.predictionCount(8, sites: 9)) {
      try confusions(Array(ones.dropLast()), problem.batch)
    }
    #expect(throws: TrainingError.prediction(3, classes: 3)) {
      try confusions(ones.dropLast() + [3], problem.batch)
    }
  }
}
