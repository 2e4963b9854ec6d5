import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves that inverse layers go back the way their input came, whenever they are asked.
@Suite("The way back to finer sites")
struct WayBackTests {
  private static let halving = ([2, 2], [2, 2])
  /// Two sites of each coarse one, of which a mask keeps the first.
  private static let fine = [[0, 0, 0], [0, 1, 1], [1, 4, 2], [1, 5, 2]]
  private static let thinned = [fine[0], fine[2]]

  private static func plan() throws -> Plan {
    Plan(try siteSet(fine, batchSize: 2, spatialSize: [6, 6]))
  }

  private static func input(_ plan: Plan, _ tape: Tape) throws -> SparseTensor {
    try SparseTensor(
      tensor([[1], [2], [3], [4]], channels: 1), plan: plan, tape: tape, needsGradient: true)
  }

  /// Down and up, then fewer sites that pool to the same coarse ones, and down and up again.
  private struct DownUpTwice: Layer {
    let down = SumPooling(poolSize: halving.0, poolStride: halving.1)
    let up = UnPooling(poolSize: halving.0, poolStride: halving.1)

    func callAsFunction(_ input: SparseTensor) throws -> SparseTensor {
      let coarse = try down(input)
      let back = try up(coarse)
      #expect(coordinates(back.sites) == WayBackTests.fine)
      let thinned = try Pruning()(back, keeping: [true, false, true, false])
      let again = try down(thinned)
      #expect(again.sites.hasSameSites(as: coarse.sites))
      return try up(again)
    }

    var description: String { "DownUpTwice" }
  }

  @Test("a chain that makes the same coarse sites twice, planned, and run twice on one plan")
  func chain() throws {
    let plan = try Self.plan()
    let planned = try DownUpTwice()(SparseTensor(planning: plan, channels: 1))
    #expect(coordinates(planned.sites) == Self.thinned)
    for _ in 0..<2 {
      let output = try DownUpTwice()(Self.input(plan, Tape(.inference)))
      #expect(coordinates(output.sites) == Self.thinned)
      #expect(rows(output.features.value) == [[3], [7]])
    }
  }

  @Test("the same chain recomputed has the gradient of the plain one")
  func recomputed() throws {
    let plan = try Self.plan()
    let networks: [any Layer<SparseTensor>] = [
      DownUpTwice(), Recomputed(DownUpTwice()),
      Recomputed(Sequential([("inner", Recomputed(DownUpTwice()))])),
    ]
    for network in networks {
      let tape = Tape(.training)
      let input = try Self.input(plan, tape)
      let output = try network(input)
      #expect(coordinates(output.sites) == Self.thinned)
      tape.backward(from: output.features, gradient: tensor([[1], [10]], channels: 1))
      let gradient = try #require(input.features.gradient)
      #expect(rows(gradient) == [[1], [1], [10], [10]])
    }
  }

  @Test("the way goes through recomputed blocks")
  func throughRecomputed() throws {
    let (down, up) = (DownUpTwice().down, DownUpTwice().up)
    let plan = try Self.plan()
    // Another pass to the same coarse sites, from others: the plan alone could not tell.
    let other = try siteSet(Self.thinned, batchSize: 2, spatialSize: [6, 6])
    let rulebook = try plan.strided(other, down.window)
    _ = try plan.strided(plan.sites, down.window)
    #expect(throws: SiteError.self) { try plan.inverse(of: rulebook.outputSites, down.window) }
    let coarse = try Recomputed(down)(Self.input(plan, Tape(.training)))
    #expect(coordinates(try up(coarse).sites) == Self.fine)
    let block = Recomputed(Sequential([("up", up), ("down", down)]))
    #expect(coordinates(try up(block(coarse)).sites) == Self.fine)
  }

  @Test("branches joined on sites they came to differently go on along the way of the first")
  func joined() throws {
    let (down, up) = (DownUpTwice().down, DownUpTwice().up)
    let input = try Self.input(Self.plan(), Tape(.inference))
    let thinned = try Pruning()(input, keeping: [true, false, true, false])
    let (all, few) = (try down(input), try down(thinned))
    #expect(coordinates(try up(AddTable()([all, few])).sites) == Self.fine)
    #expect(coordinates(try up(JoinTable()([few, all])).sites) == Self.thinned)
  }

  @Test("features that enter on coarse sites are refused where several sites lead to them")
  func ambiguous() throws {
    let up = DownUpTwice().up
    let fine = try siteSet(Self.fine, batchSize: 2, spatialSize: [6, 6])
    let thinned = try siteSet(Self.thinned, batchSize: 2, spatialSize: [6, 6])
    let plan = Plan(try Rulebook.strided(fine, up.window).outputSites)
    for sites in [fine, thinned] { _ = try plan.strided(sites, up.window) }
    let input = try SparseTensor(
      tensor([[1], [2]], channels: 1), plan: plan, tape: Tape(.inference))
    #expect(
      throws: SiteError.ambiguousInverse(filter: up.window, spatialSize: [3, 3], candidates: 2)
    ) { try up(input) }
  }

  @Test("sites that follow from values leave nothing in a plan that is kept over epochs")
  func memory() throws {
    let plan = try Self.plan()
    var random = RandomStream(seed: 1, stream: 0)
    let convolution = SubmanifoldConvolution(
      inputChannels: 1, outputChannels: 1, filterSize: [3, 3], random: &random)
    let (down, up) = (DownUpTwice().down, DownUpTwice().up)
    var counts: [Int] = []
    for step in 0..<4 {
      let input = try convolution(Self.input(plan, Tape(.inference)))
      let kept = try Pruning()(input, keeping: (0..<4).map { $0 != step })
      #expect(try up(down(convolution(kept))).sites.hasSameSites(as: kept.sites))
      let predicted = try siteSet([[0, step, 3]], batchSize: 2, spatialSize: [6, 6])
      let onto = try convolution(convolution(input, onto: predicted))
      #expect(onto.sites.hasSameSites(as: predicted))
      _ = try convolution(UnionAdd()([input, onto]))
      counts.append(plan.entries.count)
    }
    #expect(counts == [1, 1, 1, 1])
    // Sites the plan knows are kept.
    let input = try Self.input(plan, Tape(.inference))
    #expect(try convolution(input, onto: plan.sites).plan === plan)
    #expect(try Pruning()(input, keeping: [true, true, true, true]).plan === plan)
  }
}
