import Autodiff
import Layers
import Sites
import Tensors
import TestSites
import Testing

/// Proves that a layer with an operator of its own can be written with what is public: the example of
/// the documentation.
@Suite("A layer of one's own")
struct OwnLayerTests {
  private struct Square: Layer {
    var description: String { "Square" }

    func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
      let x = input.features
      let squares = x.tape.record(rows: x.rows, channels: x.channels) { compute in
        let result = compute.arena.tensor(rows: x.rows, channels: x.channels)
        for index in 0..<result.count {
          result.values[index] = x.value.values[index] * x.value.values[index]
        }
        return (
          result,
          { gradient in
            x.accumulate { compute in
              let slopes = compute.arena.tensor(rows: x.rows, channels: x.channels)
              for index in 0..<slopes.count {
                slopes.values[index] = 2 * x.value.values[index] * gradient.values[index]
              }
              return slopes
            }
          }
        )
      }
      return try input.replacing(squares)
    }
  }

  @Test("squares and their slopes pass through a network", arguments: [0, 1, 5])
  func square(count: Int) throws {
    let sites = (0..<count).map { [0, $0] }
    let plan = Plan(try siteSet(sites, batchSize: 1, spatialSize: [8]))
    let values = (0..<count).map { Float($0) - 1 }
    let tape = Tape(.training)
    let input = try SparseTensor(
      Tensor(rows: count, channels: 1, values), plan: plan, tape: tape, needsGradient: true)
    let output = try Sequential<SparseTensor>(Square(), Identity())(input)
    #expect(output.features.value.array == values.map { $0 * $0 })
    let ones = Tensor(rows: count, channels: 1)
    ones.fill(1)
    tape.backward(from: output.features, gradient: ones)
    #expect(input.features.gradient?.array == values.map { 2 * $0 })
  }

  private struct Squeeze: Layer {
    let narrow: NetworkInNetwork
    let widen: NetworkInNetwork

    var parts: [(name: String, part: any Module)] { [("narrow", narrow), ("widen", widen)] }

    func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
      let events = try narrow(GlobalPooling(.average)(input), named: "narrow")
      let weights = try Sigmoid()(widen(events, named: "widen"))
      return try Broadcast(.multiply)(input, events: weights)
    }
  }

  @Test("a layer made of others has their parameters and a name")
  func composed() throws {
    var random = RandomStream(seed: 1, stream: 0)
    let layer = Squeeze(
      narrow: NetworkInNetwork(inputChannels: 4, outputChannels: 2, random: &random),
      widen: NetworkInNetwork(inputChannels: 2, outputChannels: 4, random: &random))
    #expect(layer.parameterCount == 4 * 2 + 2 + 2 * 4 + 4)
    #expect(layer.description == "Squeeze")
    #expect(try layer.plan(for: [8], channels: 4).entries.map(\.path) == [["narrow"], ["widen"]])
  }

  @Test("a single layer is planned under its own name")
  func single() throws {
    #expect(try ReLU().plan(for: [8]).entries.map(\.path) == [["ReLU"]])
    let error = #expect(throws: PlanningError.self) { try LeakyReLU(leak: -1).plan(for: [8]) }
    #expect(
      error?.description
        == "layer LeakyReLU (LeakyReLU leak -1.0) cannot be planned: LeakyReLU leak -1.0 cannot have "
        + "leak -1.0: use a slope of zero or more")
  }

  @Test("features of another number of rows are refused")
  func rows() throws {
    let plan = Plan(try siteSet([[0, 1]], batchSize: 1, spatialSize: [8]))
    let tape = Tape(.inference)
    let input = try SparseTensor(Tensor(rows: 1, channels: 1), plan: plan, tape: tape)
    #expect(throws: LayerError.featureRows(2, sites: 1)) {
      try input.replacing(tape.variable(Tensor(rows: 2, channels: 1)))
    }
  }
}
