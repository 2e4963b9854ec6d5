import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves settings of layers without neighbours, and when running statistics move.
@Suite("Settings of row by row layers")
struct RowwiseSettingsTests {
  private func input(channels: Int, _ tape: Tape = Tape(.training)) throws -> SparseTensor {
    var random = SplitMix(seed: 1)
    let sites = randomSites(9, events: [0], spatialSize: [4, 6], random: &random)
    let plan = Plan(try siteSet(sites, batchSize: 1, spatialSize: [4, 6]))
    return try SparseTensor(
      tensor(random.rows(plan.sites.count, channels: channels), channels: channels), plan: plan,
      tape: tape)
  }

  @Test("groups that do not divide the channels are refused", arguments: [-1, 0, 3, 8])
  func groups(_ groups: Int) throws {
    #expect(
      throws: LayerError.groups(
        layer: "GroupNormalization 4 in \(groups) groups", groups: groups, channels: 4)
    ) {
      try GroupNormalization(channels: 4, groups: groups)(input(channels: 4))
    }
  }

  @Test("another number of channels than a layer reads is refused")
  func channels() throws {
    let layers: [any Layer<SparseTensor>] = [
      PReLU(channels: 2), GroupNormalization(channels: 2, groups: 1),
      InstanceNormalization(channels: 2), LayerNormalization(channels: 2),
      BatchNormReLU(channels: 2),
    ]
    for layer in layers {
      let error = #expect(throws: LayerError.self) { try layer(input(channels: 3)) }
      #expect(error?.description.contains("reads 2 channels") == true)
    }
  }

  @Test("settings that make no function are refused", arguments: [Float.nan, 0, -1, .infinity])
  func settings(_ value: Float) throws {
    let input = try input(channels: 2)
    #expect(throws: LayerError.self) { try CELU(alpha: value)(input) }
    #expect(throws: LayerError.self) { try Softplus(beta: value)(input) }
  }

  @Test("SparseConvNet's names make SparseConvNet's layers")
  func names() {
    let rectified = BatchNormReLU(channels: 3)
    let leaky = BatchNormLeakyReLU(channels: 3)
    #expect([rectified.leak, leaky.leak] == [0, 0.333])
    #expect([rectified.epsilon, leaky.epsilon] == [1e-4, 1e-4])
    #expect([rectified.momentum, leaky.momentum] == [0.01, 0.01])
    #expect(PReLU().slope.value.array == [0.25])
    #expect("\(rectified), \(leaky)" == "BatchNormReLU 3, BatchNormLeakyReLU 3 leak 0.333")
    #expect("\(Tanh()), \(PReLU(channels: 3)), \(PReLU())" == "Tanh, PReLU 3, PReLU")
  }

  @Test("running statistics move when the step counts, in the order of the forward pass, and once")
  func runningStatistics() throws {
    let tape = Tape(.training)
    let input = try input(channels: 2, tape)
    let layer = BatchNormalization(channels: 2, momentum: 0.5)
    // The same layer twice, on batches of different mean.
    let shifted = BatchNormalization(channels: 2)
    shifted.shift.set([3, -5])
    let output = try layer(shifted(layer(input)))
    #expect(layer.runningMean.value.array == [0, 0])
    tape.backward(from: output.features, gradient: output.features.value)
    let first = BatchStatistics(of: rows(input.features.value), channels: 2).mean
    let expected = zip(first, [3.0, -5]).map { 0.5 * (0.5 * $0) + 0.5 * $1 }
    #expect(compare(layer.runningMean.doubles, with: expected).scaledError < 1e-6)
    tape.applyUpdates()
    #expect(compare(layer.runningMean.doubles, with: expected).scaledError < 1e-6)
  }

  @Test("a step that is given up leaves running statistics where they were")
  func discarded() throws {
    let tape = Tape(.training)
    let layer = BatchNormalization(channels: 2)
    _ = try layer(input(channels: 2, tape))
    tape.discard()
    tape.applyUpdates()
    #expect(layer.runningMean.value.array == [0, 0])
    _ = try layer(input(channels: 2, tape))
    tape.applyUpdates()
    #expect(layer.runningMean.value.array != [0, 0])
  }

  @Test("a table of branches without an ending, and of branches that do not fit")
  func tables() throws {
    let input = try input(channels: 2)
    let table = ConcatTable([("skip", Identity()), ("slopes", PReLU(channels: 2))], then: .join)
    let branches = try table.branches(of: input)
    #expect(branches.count == 2)
    #expect(try JoinTable()(branches).features.value.array == table(input).features.value.array)
    #expect(table.namedParameters.map(\.name) == ["slopes.slope"])
    var random = RandomStream(seed: 1, stream: 0)
    let wider = NetworkInNetwork(inputChannels: 2, outputChannels: 5, random: &random)
    #expect(throws: LayerError.unequalChannels(layer: "AddTable", channels: [2, 5])) {
      try ConcatTable([("skip", Identity()), ("wider", wider)], then: .add)(input)
    }
    #expect(throws: LayerError.self) {
      try ConcatTable(
        [("skip", Identity()), ("coarse", MaxPooling(poolSize: [2, 2], poolStride: [2, 2]))],
        then: .join)(input)
    }
    #expect(throws: LayerError.noInputs(layer: "AddTable")) {
      try ConcatTable([], then: .add)(input)
    }
  }
}
