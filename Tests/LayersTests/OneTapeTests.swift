import Autodiff
import Layers
import Sites
import Tensors
import TestSites
import Testing

/// Proves that an operator of two inputs stops where they are of two tapes, instead of losing the
/// gradient of one.
@Suite("Operators of one tape")
struct OneTapeTests {
  private static func input(_ tape: Tape) throws -> SparseTensor {
    let plan = Plan(try siteSet([[0, 1, 1], [0, 4, 5]], batchSize: 1, spatialSize: [8, 8]))
    return try SparseTensor(Tensor(rows: 2, channels: 2), plan: plan, tape: tape)
  }

  private static func pair() throws -> [SparseTensor] {
    try [input(Tape(.inference)), input(Tape(.inference))]
  }

  @Test("tables and unions") func tables() async {
    await #expect(processExitsWith: .failure) { _ = try AddTable()(Self.pair()) }
    await #expect(processExitsWith: .failure) { _ = try JoinTable()(Self.pair()) }
    await #expect(processExitsWith: .failure) { _ = try UnionAdd()(Self.pair()) }
  }

  @Test("broadcasts") func broadcast() async {
    await #expect(processExitsWith: .failure) {
      let pair = try Self.pair()
      _ = try Broadcast(.add)(pair[0], events: GlobalPooling(.sum)(pair[1]))
    }
  }

  @Test("inputs of one tape go on")
  func together() throws {
    let tape = Tape(.inference)
    let pair = try [Self.input(tape), Self.input(tape)]
    #expect(try AddTable()(pair).rows == 2)
    #expect(try JoinTable()(pair).channels == 4)
    #expect(try UnionAdd()(pair).rows == 2)
    #expect(try Broadcast(.add)(pair[0], events: GlobalPooling(.sum)(pair[1])).rows == 2)
  }
}
