import Autodiff
import Tensors

/// What an optimizer remembers: its steps, and some numbers of each value of each parameter.
public final class OptimizerMemory {
  /// The optimizer's name, as users choose it.
  public let optimizer: String
  /// What is remembered of each value: `mean`, `square`.
  public let names: [String]
  /// Steps made since the first for these parameters.
  public private(set) var steps = 0

  var tiles: ParameterTiles

  /// Nothing remembered yet.
  ///
  /// - Parameter names: none to two.
  init(of optimizer: String, _ names: [String] = []) {
    self.optimizer = optimizer
    self.names = names
    tiles = ParameterTiles(states: names.count)
  }

  /// Begins a step with these parameters: the first one, if nothing is remembered of any.
  func beginStep(_ parameters: [Parameter]) {
    if tiles.cover(parameters) { steps = 0 }
    steps += 1
  }

  /// The numbers of each parameter, as many tensors of its shape as there are names; zero before the
  /// first step.
  public func numbers(of parameters: [Parameter]) -> [[Tensor]] {
    tiles.cover(parameters)
    return tiles.states
  }

  /// Goes on from what another optimizer of this kind remembered.
  ///
  /// - Parameters:
  ///   - numbers: for each parameter, as `numbers(of:)` gives them.
  ///   - steps: zero or more.
  public func restore(_ numbers: [[[Float]]], of parameters: [Parameter], steps: Int) {
    precondition(steps >= 0 && numbers.count == parameters.count, "numbers of every parameter")
    tiles.cover(parameters)
    for (tensors, values) in zip(tiles.states, numbers) {
      precondition(tensors.count == values.count, "as many numbers as are remembered")
      for (tensor, values) in zip(tensors, values) {
        tensor.copy(from: Tensor(rows: tensor.rows, channels: tensor.channels, values))
      }
    }
    self.steps = steps
  }
}
