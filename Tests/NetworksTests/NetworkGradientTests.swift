import Autodiff
import Layers
import Networks
import Reference
import Tensors
import TestSites
import Testing

/// Proves the whole network, in every structure its switches allow, against the oracle's network:
/// logits, and the gradient of each parameter along a random direction.
@Suite("Whole networks against the oracle")
struct NetworkGradientTests {
  typealias Configuration = Networks.UResNetConfiguration

  /// A network with random parameters on random sites; the loss is a random mixture of its logits.
  private struct Fixture {
    let production: ProductionNetwork
    let oracle: ReferenceUResNet
    let sites: [[Int]]
    let features: [[Double]]
    let mixture: [[Double]]
    let spatialSize: [Int]
    var random: SplitMix

    init(_ variant: Variant, count: Int? = nil) throws {
      let configuration = variant.configuration
      random = SplitMix(seed: 41)
      production = try ProductionNetwork(configuration)
      for (_, parameter) in production.parameters where parameter.isTrained {
        // Ones and zeros would hide a scale or a shift that is left out.
        let drawn = random.values(parameter.count)
        let isScale = parameter.shape.count == 1 && parameter.value.values[0] == 1
        parameter.set(
          parameter.shape.count == 1
            ? drawn.map { isScale ? 1 + 0.3 * $0 : 0.3 * $0 }
            : parameter.value.array.map(Double.init))
      }
      // Values that single precision holds are read back, so both start from the same numbers.
      oracle = ReferenceUResNet(
        configuration: Reference.UResNetConfiguration(configuration),
        parameters: production.values)
      // Enough sites at the bottom for variances that do not magnify rounding.
      let scale = 1 << configuration.depth
      spatialSize = [configuration.planes, 2 * scale, 4 * scale]
      // The event in the middle and the last one are empty.
      sites = randomSites(
        count ?? 18 * scale, events: [0, 2], spatialSize: spatialSize, random: &random)
      features = random.rows(sites.count, channels: configuration.inputChannels)
      mixture = random.rows(sites.count, channels: configuration.classes)
    }

    func pass(_ purpose: Tape.Purpose) throws -> (
      tape: Tape, input: SparseTensor, logits: Variable
    ) {
      try production.pass(
        features, sites: sites, batchSize: 4, spatialSize: spatialSize, purpose: purpose)
    }

    /// The oracle's loss after a change of its parameters or input.
    func loss(_ network: ReferenceUResNet, _ features: [[Double]]) throws -> Double {
      let output = try network(
        features, sites: sites, spatialSize: spatialSize, mode: .training)
      return zip(mixture.joined(), output.logits.joined()).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The oracle's slope along a direction, given for some of its parameters.
    func slope(_ directions: [String: [Double]]) throws -> Double {
      let step = 1e-6
      let ends = try [step, -step].map { step in
        var moved = oracle
        for (name, direction) in directions {
          let values = try #require(oracle.parameters[name])
          moved.parameters[name] = zip(values, direction).map { $0 + step * $1 }
        }
        return try loss(moved, features)
      }
      return (ends[0] - ends[1]) / (2 * step)
    }

    /// The oracle's slope along a direction of the input.
    func inputSlope(along direction: [[Double]]) throws -> Double {
      let step = 1e-6
      let ends = try [step, -step].map { step in
        try loss(oracle, zip(features, direction).map { zip($0, $1).map { $0 + step * $1 } })
      }
      return (ends[0] - ends[1]) / (2 * step)
    }
  }

  @Test("logits with batch and with running statistics", arguments: variants)
  func logits(_ variant: Variant) throws {
    for count in [0, 1, 60] {
      let fixture = try Fixture(variant, count: count)
      for (purpose, mode) in [
        (Tape.Purpose.inference, ReferenceUResNet.Mode.evaluation), (.training, .training),
      ] {
        let expected = try fixture.oracle(
          fixture.features, sites: fixture.sites, spatialSize: fixture.spatialSize, mode: mode
        ).logits
        let difference = try compare(rows(fixture.pass(purpose).logits.value), with: expected)
        // Few sites at the bottom have variances near epsilon, which magnify rounding.
        #expect(difference.scaledError < 1e-5, "\(count) sites \(mode): \(difference)")
      }
    }
  }

  @Test("gradients of every parameter and of the input", arguments: variants)
  func gradients(_ variant: Variant) throws {
    var fixture = try Fixture(variant)
    let (tape, input, logits) = try fixture.pass(.training)
    tape.backward(
      from: logits, gradient: tensor(fixture.mixture, channels: logits.channels))
    let trained = fixture.production.parameters.filter(\.parameter.isTrained)
    let largest = trained.map { norm($0.parameter.gradient.array) }.max() ?? 0
    for start in stride(from: 0, to: trained.count, by: 6) {
      let group = trained[start..<min(start + 6, trained.count)]
      let names = group.map(\.names[0])
      // Every parameter of the group has the same share in the slope, however steep it is.
      let shares = group.map { 1 / max(norm($0.parameter.gradient.array), 1e-3 * largest) }
      let longest = shares.max() ?? 1
      let directions = zip(group, shares).map { member, share in
        fixture.random.values(member.parameter.count).map { $0 * share / longest }
      }
      let slope = try fixture.slope(
        Dictionary(zip(names, directions), uniquingKeysWith: { first, _ in first }))
      let ours = zip(group, directions).reduce(0) { sum, member in
        sum + product(member.0.parameter.gradient.array, member.1)
      }
      // In units of one parameter's share.
      let error = abs(ours - slope) * longest
      #expect(error < 3e-4, "\(names): \(ours) for \(slope), error \(error)")
    }
    let gradient = try #require(input.features.gradient).array
    let direction = fixture.random.rows(
      fixture.sites.count, channels: variant.configuration.inputChannels)
    let slope = try fixture.inputSlope(along: direction)
    let ours = product(gradient, Array(direction.joined()))
    #expect(abs(ours - slope) < 1e-3 * max(abs(slope), norm(gradient)), "input: \(ours), \(slope)")
  }

  @Test("a wrong gradient is caught: one with a sign turned, one scaled by a hundredth")
  func negativeControl() throws {
    var fixture = try Fixture(Self.variants[0])
    let (tape, _, logits) = try fixture.pass(.training)
    tape.backward(
      from: logits, gradient: tensor(fixture.mixture, channels: logits.channels))
    for (names, parameter) in fixture.production.parameters
    where names[0].hasSuffix("conv1.weight") {
      let direction = fixture.random.values(parameter.count)
      let slope = try fixture.slope([names[0]: direction])
      let gradient = parameter.gradient.array.map(Double.init)
      let largest = try #require(gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) })
      var turned = gradient
      turned[largest] *= -1
      for wrong in [turned, gradient.map { $0 * 1.1 }] {
        let theirs = zip(wrong, direction).reduce(0) { $0 + $1.0 * $1.1 }
        let right = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
        let error = abs(theirs - slope) / max(abs(slope), norm(parameter.gradient.array))
        let honest = abs(right - slope) / max(abs(slope), norm(parameter.gradient.array))
        #expect(error > 1e-3, "\(names[0]): \(error)")
        #expect(error > 10 * honest, "\(names[0]): \(error) against \(honest)")
      }
    }
  }

  private func product(_ values: [Float], _ direction: [Double]) -> Double {
    zip(values, direction).reduce(0) { $0 + Double($1.0) * $1.1 }
  }

  private func norm(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
