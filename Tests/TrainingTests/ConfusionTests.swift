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
    let images = confusions(predictions, problem.batch, classes: 3)
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
  func winners() {
    let logits = Tensor(rows: 5, channels: 3, [0, 0, 0, -1, 2, 2, 5, 1, 5, -3, -2, -1, 0, 1, 0])
    #expect(predictions(logits) == [0, 1, 0, 2, 1])
    for row in 0..<5 {
      let values = (0..<3).map { Double(logits[row, $0]) }
      #expect(Int(predictions(logits)[row]) == predictedClass(values))
    }
    #expect(predictions(Tensor(rows: 0, channels: 3)).isEmpty)
  }
}
