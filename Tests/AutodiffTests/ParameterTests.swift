import Autodiff
import Tensors
import Testing

/// Proves parameters and the names modules give them.
@Suite("Parameters")
struct ParameterTests {
  private struct Leaf: Module {
    let weight = Parameter(shape: [2, 3]) { 1 }
    let statistic = Parameter(shape: [3], isTrained: false)
    var ownParameters: [(name: String, parameter: Parameter)] {
      [("weight", weight), ("statistic", statistic)]
    }
  }

  private struct Tree: Module {
    let left = Leaf()
    let right = Leaf()
    let own = Parameter(shape: [5])
    var ownParameters: [(name: String, parameter: Parameter)] { [("own", own)] }
    var parts: [(name: String, part: any Module)] { [("left", left), ("right", right)] }
  }

  @Test("names are dotted paths, own parameters first")
  func names() {
    let tree = Tree()
    #expect(
      tree.namedParameters.map(\.name) == [
        "own", "left.weight", "left.statistic", "right.weight", "right.statistic",
      ])
    #expect(tree.trainedParameters.count == 3)
    #expect(tree.parameterCount == 5 + 6 + 6)
  }

  private struct Twice: Module {
    let leaf = Leaf()
    var parts: [(name: String, part: any Module)] { [("first", leaf), ("second", leaf)] }
  }

  @Test("a part used twice has two names for each parameter, and trains each once")
  func shared() {
    let twice = Twice()
    #expect(
      twice.namedParameters.map(\.name) == [
        "first.weight", "first.statistic", "second.weight", "second.statistic",
      ])
    #expect(twice.trainedParameters.count == 1)
    #expect(twice.trainedParameters.first === twice.leaf.weight)
    #expect(twice.parameterCount == 6)
  }

  @Test("the last extent is the tensor's channels, values are row-major")
  func shape() {
    var next: Float = 0
    let parameter = Parameter(shape: [2, 2, 3]) {
      next += 1
      return next
    }
    #expect(parameter.value.rows == 4)
    #expect(parameter.value.channels == 3)
    #expect(parameter.value.array == (1...12).map { Float($0) })
    #expect(parameter.gradient.array == [Float](repeating: 0, count: 12))
    parameter.gradient.fill(3)
    parameter.clearGradient()
    #expect(parameter.gradient.array == [Float](repeating: 0, count: 12))
    #expect(parameter.count == 12)
  }

  @Test("what is not trained has no gradient to keep")
  func untrained() {
    let parameter = Parameter(shape: [4], isTrained: false)
    #expect(parameter.gradient.count == 0)
    parameter.clearGradient()
  }
}
