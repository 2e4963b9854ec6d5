import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

@testable import DenseLayers

/// Proves a network over full images against the sparse oracle: with every pixel a site, and with the
/// others masked.
@Suite("Networks over full images")
struct NetworkOnImagesTests {
  private static let size = [2, 4, 6]

  /// A convolution, a way down and up again, and a linear map: two channels to two.
  private func network(masking: Bool) -> NetworkOnImages {
    let make = DenseLayerFactory(random: RandomStream(seed: 1, stream: 0))
    let window = [1, 2, 2]
    return NetworkOnImages(
      Sequential<DenseImages>([
        ("first", make.convolution(.padded, 2, 3, filter: [1, 3, 3], bias: true)),
        ("activation", PixelActivation(activation: LeakyReLU(leak: 0.25))),
        ("down", make.convolution(.strided, 3, 4, filter: window, stride: window, bias: true)),
        ("up", make.convolution(.inverse, 4, 3, filter: window, stride: window, bias: true)),
        ("last", make.linear(3, 2, bias: true)),
      ]), masking: masking)
  }

  /// The same layers on sites, from the definitions.
  private func reference(
    _ features: [[Double]], _ sites: [[Int]], _ parameters: [[Double]]
  ) -> [[Double]] {
    func weights(_ number: Int, _ volume: Int, _ input: Int, _ output: Int) -> [[[Double]]] {
      shapedWeights(
        parameters[number], offsets: volume, inputChannels: input, outputChannels: output)
    }
    let window = [1, 2, 2]
    let coarse = convolutionSites(
      of: sites, filterSize: window, stride: window, spatialSize: Self.size)
    let first = Reference.leakyReLU(
      submanifoldConvolution(
        features, sites: sites, filterSize: [1, 3, 3], weights: weights(0, 9, 2, 3),
        bias: parameters[1]), leak: 0.25)
    let down = convolution(
      first, sites: sites, outputSites: coarse, filterSize: window, stride: window,
      weights: weights(2, 4, 3, 4), bias: parameters[3])
    let up = deconvolution(
      down, sites: coarse, fineSites: sites, filterSize: window, stride: window,
      weights: weights(4, 4, 4, 3), bias: parameters[5])
    return networkInNetwork(up, weights: weights(6, 1, 3, 2)[0], bias: parameters[7])
  }

  /// A batch, and whether other pixels are masked.
  struct Case: CustomStringConvertible, Sendable {
    let count: Int
    let batchSize: Int
    let masking: Bool

    var description: String {
      "\(count) sites in \(batchSize) events, \(masking ? "masked" : "every pixel a site")"
    }

    /// More sites than there are pixels fill every event.
    var sites: [[Int]] {
      var random = SplitMix(seed: UInt64(count))
      let isFull = count >= NetworkOnImagesTests.size.reduce(batchSize, *)
      // Unless all are full, the event in the middle is empty.
      return randomSites(
        count, events: (0..<batchSize).filter { isFull || $0 != 1 },
        spatialSize: NetworkOnImagesTests.size, random: &random)
    }
  }

  static let cases: [Case] =
    [(0, 0), (0, 2), (1, 1), (25, 1), (30, 3), (48, 1), (144, 3)].map {
      Case(count: $0, batchSize: $1, masking: true)
    }
    + [(0, 0), (48, 1), (144, 3)].map { Case(count: $0, batchSize: $1, masking: false) }

  /// Results and gradients of random values.
  private func outcome(
    _ example: Case, threads: Int = 2
  ) throws -> (output: Tensor, features: [[Double]], check: GradientCheck) {
    let (network, sites) = (network(masking: example.masking), example.sites)
    var random = SplitMix(seed: 9)
    let features = random.rows(sites.count, channels: 2)
    let trained = network.trainedParameters
    let parameters = trained.map { random.values($0.count) }
    for (parameter, values) in zip(trained, parameters) { parameter.set(values) }
    let set = try siteSet(sites, batchSize: example.batchSize, spatialSize: Self.size)
    let tape = Tape(.training, compute: Compute(threads: Threads(count: threads)))
    let input = try SparseTensor(
      tensor(features, channels: 2), plan: Plan(set), tape: tape, needsGradient: true)
    let output = try network(input)
    #expect(output.sites.hasSameSites(as: set))
    let gradient = random.rows(sites.count, channels: 2)
    tape.backward(from: output.features, gradient: tensor(gradient, channels: 2))
    let check = GradientCheck(
      operands: [Array(features.joined())] + parameters,
      gradients: [(input.features.gradient?.array ?? []).map(Double.init)]
        + trained.map(\.gradientDoubles),
      outputGradient: gradient
    ) { self.reference(shaped($0[0], channels: 2), sites, Array($0.dropFirst())) }
    return (output.features.value, features, check)
  }

  @Test("results, and gradients by central differences", arguments: cases)
  func oracle(_ example: Case) throws {
    let (output, _, check) = try outcome(example)
    let difference = compare(rows(output), with: check.reference(check.operands))
    #expect(difference.scaledError < 2e-6, "\(difference)")
    let errors = check.errors(components: 37)
    #expect(errors.allSatisfy { $0 < 5e-6 }, "\(errors)")
  }

  @Test("the same bits on one, two and three threads", arguments: cases)
  func threads(_ example: Case) throws {
    let bits = try [1, 2, 3].map { threads in
      let (output, _, check) = try outcome(example, threads: threads)
      return [output.array.map(\.bitPattern)]
        + check.gradients.map { $0.map { Float($0).bitPattern } }
    }
    #expect(bits[0] == bits[1])
    #expect(bits[0] == bits[2])
  }

  private func input(
    _ sites: [[Int]], _ size: [Int], batchSize: Int = 1, channels: Int = 2
  ) throws -> SparseTensor {
    let set = try siteSet(sites, batchSize: batchSize, spatialSize: size)
    return try SparseTensor(
      Tensor(rows: set.count, channels: channels), plan: Plan(set), tape: Tape(.training))
  }

  @Test("images of which a pixel is missing are refused, unless others are masked")
  func missingPixels() throws {
    let sites = Array(Case(count: 48, batchSize: 1, masking: true).sites.dropLast())
    let error = #expect(throws: LayerError.self) {
      try network(masking: false)(input(sites, Self.size))
    }
    #expect(error == .missingPixels(sites: 47, pixels: 48))
    #expect(
      error?.description
        == "a network over full images needs all of their 48 pixels, but only 47 are sites: fill them "
        + "in, or mask the others")
    #expect(try network(masking: true)(input(sites, Self.size)).rows == 47)
  }

  @Test("sites of other axes, images beyond memory, and wrong channels", arguments: [true, false])
  func refusals(masking: Bool) throws {
    let network = network(masking: masking)
    #expect(throws: LayerError.needsPlanes(layer: "NetworkOnImages", spatialSize: [4, 4])) {
      try network(input([[0, 1, 1]], [4, 4]))
    }
    let large = [3, 1 << 18, 1 << 18]
    #expect(throws: LayerError.denseTooLarge(batchSize: 1, spatialSize: large, channels: 2)) {
      try network(input([[0, 1, 1, 1]], large))
    }
    #expect(throws: PlanningError.self) { try network.plan(for: large, channels: 2) }
    let all = Case(count: 48, batchSize: 1, masking: true).sites
    #expect(throws: LayerError.self) { try network(input(all, Self.size, channels: 3)) }
  }

  @Test("a network that ends on images of another size is refused", arguments: [true, false])
  func endsElsewhere(masking: Bool) throws {
    let pool = ImageMaxPooling(window: [1, 2, 2], stride: [1, 2, 2])
    let shrinking = NetworkOnImages(pool, masking: masking)
    let stacking = NetworkOnImages(StackedPlanes(planes: 2), masking: masking)
    for batchSize in [1, 2] {
      let all = Case(count: 48 * batchSize, batchSize: batchSize, masking: masking).sites
      let input = try input(all, Self.size, batchSize: batchSize)
      #expect(
        throws: LayerError.differentPixels(
          layer: "NetworkOnImages", first: Self.size, other: [2, 2, 3])
      ) { try shrinking(input) }
      #expect(
        throws: LayerError.differentPixels(
          layer: "NetworkOnImages", first: Self.size, other: [1, 4, 6])
      ) { try stacking(input) }
    }
    #expect(throws: PlanningError.self) { try shrinking.plan(for: Self.size, channels: 2) }
  }

  @Test("planning names the layer that does not fit, and the sizes of those that do")
  func planning() throws {
    for masking in [true, false] {
      let summary = try network(masking: masking).summary(
        for: siteSet([[0, 0, 0, 0]], batchSize: 1, spatialSize: Self.size), channels: 2)
      #expect(summary.entries.map(\.spatialSize)[2] == [2, 2, 3])
      #expect(summary.entries.map(\.rows) == [48, 48, 12, 48, 48])
      let error = #expect(throws: PlanningError.self) {
        try network(masking: masking).plan(for: [2, 4, 5], channels: 2)
      }
      #expect(error?.path == ["down"])
      #expect(error?.description.contains("does not cover images of size [2, 4, 5]") == true)
    }
  }

  @Test("a network has the parameters and the description of what it wraps")
  func wrapped() {
    let network = network(masking: true)
    #expect(
      network.namedParameters.map(\.name)
        == ["first", "down", "up", "last"].flatMap { ["\($0).weight", "\($0).bias"] })
    #expect(network.description.contains("Deconvolution 4→3 1×2×2/1×2×2"))
  }
}
