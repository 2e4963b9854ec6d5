import Autodiff
import Layers
import Sites
import Tensors
import TestSites
import Testing

/// Proves that an operator of two inputs is refused where they are of two tapes, instead of losing the
/// gradient of one.
@Suite("Operators of one tape")
struct OneTapeTests {
  private static func input(_ tape: Tape) throws -> SparseTensor {
    let plan = Plan(try siteSet([[0, 1, 1], [0, 4, 5]], batchSize: 1, spatialSize: [8, 8]))
    return try SparseTensor(Tensor(rows: 2, channels: 2), plan: plan, tape: tape)
  }

  private static func pair() throws -> [SparseTensor] {
    try [input(Tape(.training)), input(Tape(.training))]
  }

  @Test("tables, unions and broadcasts refuse inputs of two tapes")
  func refusals() throws {
    let pair = try Self.pair()
    #expect(throws: LayerError.differentTapes(layer: "AddTable")) { try AddTable()(pair) }
    #expect(throws: LayerError.differentTapes(layer: "JoinTable")) { try JoinTable()(pair) }
    #expect(throws: LayerError.differentTapes(layer: "UnionAdd")) { try UnionAdd()(pair) }
    #expect(throws: LayerError.self) {
      try Broadcast(.add)(pair[0], events: GlobalPooling(.sum)(pair[1]))
    }
  }

  @Test("inputs that are planned have tapes of their own")
  func planning() throws {
    let set = try siteSet([[0, 1, 1], [0, 4, 5]], batchSize: 1, spatialSize: [8, 8])
    let pair = [2, 2].map { SparseTensor(planning: Plan(set), channels: $0) }
    #expect(try AddTable()(pair).rows == 2)
    #expect(try JoinTable()(pair).channels == 4)
    #expect(try UnionAdd()(pair).rows == 2)
    #expect(try Broadcast(.add)(pair[0], events: GlobalPooling(.sum)(pair[1])).rows == 2)
  }

  @Test("inputs of one tape go on")
  func together() throws {
    let tape = Tape(.training)
    defer { tape.discard() }
    let pair = try [Self.input(tape), Self.input(tape)]
    #expect(try AddTable()(pair).rows == 2)
    #expect(try JoinTable()(pair).channels == 4)
    #expect(try UnionAdd()(pair).rows == 2)
    #expect(try Broadcast(.add)(pair[0], events: GlobalPooling(.sum)(pair[1])).rows == 2)
  }
}
