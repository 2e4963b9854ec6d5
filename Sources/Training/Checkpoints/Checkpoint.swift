import Autodiff
import Tensors

/// The values of a network at one step: what is needed to go on with it, or to apply it.
///
/// In a file they are an HDF5 dataset each, which Python reads in three lines:
///
/// ```python
/// with h5py.File("model-500.h5") as file:
///     step, settings = file.attrs["step"], json.loads(file.attrs["configuration"])
///     weights = {name: data[...] for name, data in file["parameters"].items()}
/// ```
///
/// Layout, version 2. Attributes of the root: `format` is `submanifold-checkpoint`; `version`, `step`
/// whole numbers; `configuration` and `state` JSON objects of texts; `optimizer` a name and
/// `optimizer-steps` a whole number, where training can go on from the file; `digest` the CRC-32, in
/// hexadecimal, of all that follows, as it is in memory, little-endian (64-bit integers, 32-bit floats): of
/// every parameter, in the order of their names as UTF-8, its name, extents and values; then the texts of
/// `configuration` and `state`, and the step; then the optimizer's name, its steps and, by name, for each
/// kind of its numbers the kind's name and the numbers of every trained parameter like the
/// parameters. Group `parameters` holds a float32 dataset of the parameter's shape under each dotted name,
/// running statistics included; group `optimizer` has a group of such datasets for each kind of
/// numbers: `mean` and `square` of Adam. Sparse and dense networks of one configuration have the same names
/// and shapes.
///
/// Version 1 has neither `state` nor optimizer, and its digest is of parameters alone.
public struct Checkpoint: Equatable, Sendable {
  /// One parameter.
  public struct Entry: Equatable, Sendable {
    /// Its dotted name, `level0.down.block1.convolution.weight`.
    public let name: String
    /// Its extents.
    public let shape: [Int]
    /// Its values, row-major.
    public let values: [Float]

    /// A parameter with its values, as many as its shape has places.
    public init(name: String, shape: [Int], values: [Float]) {
      precondition(shape.reduce(1, *) == values.count, "a parameter has the values of its shape")
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// What every file says it is.
  static let format = "submanifold-checkpoint"
  /// The layout's version.
  static let version = 2

  /// Parameters and running statistics, in the order of their names.
  public let parameters: [Entry]
  /// Steps taken.
  public let step: Int
  /// What the caller wants to know of the run again, by name.
  public let configuration: [String: String]
  /// What else the caller needs to go on: the place in its events, the best so far.
  public let state: [String: String]
  /// What training goes on from; nothing where the file is for applying the network.
  public let training: TrainingState?

  /// A checkpoint of given values.
  public init(
    parameters: [Entry], step: Int, configuration: [String: String] = [:],
    state: [String: String] = [:], training: TrainingState? = nil
  ) {
    self.parameters = parameters.inOrder
    self.step = step
    self.configuration = configuration
    self.state = state
    self.training = training
  }

  /// The values that a network has now.
  public init(
    of network: any Module, step: Int, configuration: [String: String] = [:],
    state: [String: String] = [:], training: TrainingState? = nil
  ) {
    self.init(
      parameters: network.namedParameters.map {
        Entry(name: $0.name, shape: $0.parameter.shape, values: $0.parameter.value.array)
      }, step: step, configuration: configuration, state: state, training: training)
  }

  /// Gives a network these values, all or none.
  ///
  /// - Parameters:
  ///   - file: how messages name the checkpoint.
  ///   - remedy: what can be done where it does not fit, as `change --preset`.
  /// - Throws: `CheckpointError` when a parameter is missing, left over, or of another shape.
  public func load(
    into network: any Module, file: String, remedy: String
  ) throws(CheckpointError) {
    let known = Dictionary(
      parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let named = network.namedParameters
    for (name, parameter) in named {
      guard let entry = known[name] else {
        throw CheckpointError(
          "\(file) has no parameter \(name), of shape \(parameter.shape), which the network has: "
            + remedy)
      }
      guard entry.shape == parameter.shape else {
        throw CheckpointError(
          "\(file) has the parameter \(name) of shape \(entry.shape), but the network's has "
            + "\(parameter.shape): \(remedy)")
      }
    }
    if let left = Set(known.keys).subtracting(named.map(\.name)).min() {
      throw CheckpointError(
        "\(file) has a parameter \(left), of shape \(known[left]?.shape ?? []), which the network has "
          + "not: \(remedy)")
    }
    for (name, parameter) in named {
      guard let entry = known[name] else { continue }
      parameter.value.copy(
        from: Tensor(
          rows: parameter.value.rows, channels: parameter.value.channels, entry.values))
    }
  }
}

/// Why a checkpoint does not fit a network, in one sentence.
public struct CheckpointError: Error, CustomStringConvertible, Sendable {
  /// The sentence: file, parameter, both shapes and the remedy.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension [Checkpoint.Entry] {
  /// By the names as UTF-8, the order that files and digests have.
  var inOrder: [Checkpoint.Entry] {
    sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
