import Layers
import Networks
import Reference
import TestSites
import Testing

/// Proves SparseConvNet's ready networks against compositions of the oracle's functions.
@Suite("Ready networks against the oracle")
struct ClassicOracleTests {
  @Test("outputs and their sites, training and evaluating", arguments: ClassicProblem.all)
  func forward(_ problem: ClassicProblem) throws {
    for count in [0, 1, 90] {
      var fixture = try ClassicFixture(problem, count: count)
      for usesBatch in [true, false] {
        fixture.oracle.usesBatch = usesBatch
        let expected = fixture.expected()
        let output = try fixture.pass(usesBatch ? .training : .inference).output
        #expect(coordinates(output.sites) == expected.sites)
        #expect(output.spatialSize == expected.size)
        #expect(output.channels == expected.channels)
        let difference = compare(rows(output.features.value), with: expected.rows)
        #expect(difference.scaledError < 2e-6, "\(count) sites, \(usesBatch): \(difference)")
      }
    }
  }

  @Test("gradients of every parameter and of the input", arguments: ClassicProblem.all, [0, 1, 90])
  func gradients(_ problem: ClassicProblem, count: Int) throws {
    var fixture = try ClassicFixture(problem, count: count)
    var (checked, left) = (0, 0)
    for (name, gradient) in try fixture.gradients().sorted(by: { $0.key < $1.key }) {
      let values = fixture.values(name)
      #expect(gradient.count == values.count, "\(name)")
      let chosen = values.indices.shuffled(using: &fixture.random).prefix(6)
      let smooth = chosen.filter {
        !hasKink({ fixture.loss(name, $0) }, at: values, component: $0)
      }
      let slopes = centralDifference(
        of: { fixture.loss(name, $0) }, at: values, components: smooth)
      let difference = compare(smooth.map { gradient[$0] }, with: slopes)
      #expect(difference.scaledError < 2e-5, "\(name): \(difference)")
      checked += smooth.count
      left += chosen.count - smooth.count
    }
    #expect(left * 20 <= checked, "\(left) kinks beside \(checked) smooth components")
  }

  @Test("a wrong gradient, and weights in the wrong place, are caught")
  func negativeControl() throws {
    let problem = try #require(ClassicProblem.all.first)
    var fixture = try ClassicFixture(problem, count: 90)
    let gradients = try fixture.gradients()
    for (name, gradient) in gradients where !name.isEmpty {
      let largest = try #require(gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) })
      let slope = centralDifference(
        of: { fixture.loss(name, $0) }, at: fixture.values(name), components: [largest])
      #expect(compare([gradient[largest]], with: slope).scaledError < 2e-5, "\(name)")
      for wrong in [-gradient[largest], 1.1 * gradient[largest]] {
        #expect(compare([wrong], with: slope).scaledError > 1e-3, "\(name)")
      }
    }
    // The block after the joint, its channels read the other way round.
    let output = rows(try fixture.pass().output.features.value)
    let right = fixture.oracle
    for name in ["2.0.scale", "2.0.shift", "2.1.weight"] {
      fixture.oracle = right
      fixture.oracle.parameters[name] = fixture.values(name).reversed()
      #expect(compare(output, with: fixture.expected().rows).scaledError > 1e-2, "\(name)")
    }
  }
}
