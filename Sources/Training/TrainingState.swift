import Autodiff
import Tensors

/// What training goes on from, beside the network: the steps, and what the optimizer remembers.
public struct TrainingState: Equatable, Sendable {
  /// Some numbers of each value of all trained parameters.
  public struct Numbers: Equatable, Sendable {
    /// What they are: `mean`.
    public let name: String
    /// For each parameter, in the order of the parameters' names.
    public let entries: [Checkpoint.Entry]

    /// Numbers by their name.
    public init(name: String, entries: [Checkpoint.Entry]) {
      self.name = name
      self.entries = entries.inOrder
    }
  }

  /// The optimizer's name.
  public let optimizer: String
  /// Steps that the optimizer made.
  public let optimizerSteps: Int
  /// What it remembers, in the order of the names.
  public let numbers: [Numbers]

  /// A state of given numbers.
  public init(optimizer: String, optimizerSteps: Int, numbers: [Numbers]) {
    self.optimizer = optimizer
    self.optimizerSteps = optimizerSteps
    self.numbers = numbers.sorted { $0.name < $1.name }
  }
}

extension TrainingLoop {
  /// What the optimizer needs to go on.
  public var state: TrainingState {
    let remembered = optimizer.memory.numbers(of: trained)
    let numbers = optimizer.memory.names.enumerated().map { index, name in
      TrainingState.Numbers(
        name: name,
        entries: zip(parameters, remembered).map { parameter, tensors in
          Checkpoint.Entry(
            name: parameter.name, shape: parameter.parameter.shape, values: tensors[index].array)
        })
    }
    return TrainingState(
      optimizer: optimizer.memory.optimizer, optimizerSteps: optimizer.memory.steps,
      numbers: numbers)
  }

  /// Goes on from a state; without one, with an optimizer that begins anew.
  ///
  /// - Parameters:
  ///   - steps: steps taken, skipped ones too.
  ///   - file: how messages name where the state comes from.
  /// - Throws: `CheckpointError` when it is another optimizer's, or of other parameters; nothing has
  ///   changed then.
  public func restore(
    _ state: TrainingState?, steps: Int, file: String
  ) throws(CheckpointError) {
    guard let state else { return restore(steps: UInt64(max(steps, 0))) }
    let memory = optimizer.memory
    guard state.optimizer == memory.optimizer else {
      throw CheckpointError(
        "\(file) was trained by \(state.optimizer), not by \(memory.optimizer): give --optimizer "
          + "\(state.optimizer), or another --log-directory and --weights \(file) to begin anew from "
          + "its weights")
    }
    var numbers = parameters.map { _ in [[Float]]() }
    for name in memory.names {
      let entries = state.numbers.first { $0.name == name }?.entries ?? []
      let known = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      for (index, (parameter, values)) in parameters.enumerated() {
        guard let entry = known[parameter], entry.shape == values.shape else {
          throw CheckpointError(
            "\(file) has no \(name) of shape \(values.shape) that \(state.optimizer) remembers of "
              + "\(parameter): give the network's switches that it was trained with")
        }
        numbers[index].append(entry.values)
      }
    }
    memory.restore(numbers, of: trained, steps: state.optimizerSteps)
    restore(steps: UInt64(max(steps, 0)))
  }
}

extension Trainer {
  /// What the optimizer needs to go on.
  public var state: TrainingState { training.state }

  /// Goes on from a state.
  ///
  /// - Throws: as `TrainingLoop.restore`.
  public func restore(
    _ state: TrainingState?, steps: Int, file: String
  ) throws(CheckpointError) {
    try training.restore(state, steps: steps, file: file)
  }
}
