import Autodiff
import DenseLayers
import Layers
import Networks
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves that a network over full images, whose other pixels are kept at zero, is the sparse network:
/// the same parameters, results and gradients.
@Suite("Masked dense networks and sparse ones")
struct MaskedNetworkTests {
  typealias Configuration = Networks.UResNetConfiguration
  typealias Variant = NetworkGradientTests.Variant

  /// Every structure, and the ways to normalise planes apart.
  static let variants =
    NetworkGradientTests.variants + [
      Variant("planes normalised apart") { $0.normalizationScope = .eachPlane },
      Variant("planes split with parameters of their own") { $0.splitScope = .eachPlane },
      Variant("planes split with biases of their own, without normalisation") {
        $0.splitScope = .eachPlane
        $0.batchNorm = false
      },
      Variant("planes normalised apart and split apart, no bias, plain, sum") {
        $0.normalizationScope = .eachPlane
        $0.splitScope = .eachPlane
        $0.bias = false
        $0.residual = false
        $0.connections = .sum
      },
      Variant("another slope after strided convolutions") {
        $0.downsampling = .convolutional
        $0.upsampling = .convolutional
        $0.leakOfScaling = 0
      },
    ]

  /// What a network made of sites, and the gradients of a random mixture of its results.
  private struct Outcome {
    let logits: [[Double]]
    let gradients: [(name: String, values: [Double])]
    let inputGradient: [Double]
    let statistics: [(name: String, values: [Double])]
  }

  private struct Problem {
    let configuration: Configuration
    let sites: SiteSet
    let features: [[Double]]
    let mixture: [[Double]]

    init(_ variant: Variant, count: Int) throws {
      configuration = variant.configuration
      var random = SplitMix(seed: 7)
      let scale = 1 << configuration.depth
      let size = [configuration.planes, 2 * scale, 4 * scale]
      // The event in the middle and the last one are empty.
      let places = randomSites(count, events: [0, 2], spatialSize: size, random: &random)
      sites = try siteSet(places, batchSize: 4, spatialSize: size)
      features = random.rows(sites.count, channels: configuration.inputChannels)
      mixture = random.rows(sites.count, channels: configuration.classes)
    }

    func outcome(
      _ network: any Layer<SparseTensor>, _ purpose: Tape.Purpose, threads: Int = 2
    ) throws -> Outcome {
      let tape = Tape(purpose, compute: Compute(threads: Threads(count: threads)))
      let input = try SparseTensor(
        tensor(features, channels: configuration.inputChannels), plan: Plan(sites), tape: tape,
        needsGradient: true)
      let logits = try network(input).features
      if purpose == .training {
        tape.backward(from: logits, gradient: tensor(mixture, channels: logits.channels))
      }
      let named = network.namedParameters
      return Outcome(
        logits: rows(logits.value),
        gradients: named.filter(\.parameter.isTrained).map {
          ($0.name, $0.parameter.gradientDoubles)
        },
        inputGradient: input.features.gradient.map { $0.array.map(Double.init) } ?? [],
        statistics: named.filter { !$0.parameter.isTrained }.map { ($0.name, $0.parameter.doubles) }
      )
    }
  }

  private func networks(
    _ configuration: Configuration
  ) throws -> (sparse: any Layer<SparseTensor>, masked: any Layer<SparseTensor>) {
    (
      try UResNet(configuration, over: SparseConvolutions(seed: 3)),
      NetworkOnImages(try UResNet(configuration, over: DenseConvolutions(seed: 3)), masking: true)
    )
  }

  @Test("parameters of one seed have the same names, shapes and values", arguments: variants)
  func parameters(_ variant: Variant) throws {
    let (sparse, masked) = try networks(variant.configuration)
    let (ours, theirs) = (sparse.namedParameters, masked.namedParameters)
    #expect(ours.map(\.name) == theirs.map(\.name))
    #expect(ours.map(\.parameter.shape) == theirs.map(\.parameter.shape))
    #expect(ours.map(\.parameter.value.array) == theirs.map(\.parameter.value.array))
  }

  @Test("logits with running statistics", arguments: variants)
  func evaluation(_ variant: Variant) throws {
    for count in [0, 1, 60] {
      let problem = try Problem(variant, count: count)
      let (sparse, masked) = try networks(variant.configuration)
      let expected = try problem.outcome(sparse, .inference).logits
      let difference = try compare(problem.outcome(masked, .inference).logits, with: expected)
      #expect(difference.scaledError < 1e-5, "\(count) sites: \(difference)")
    }
  }

  @Test(
    "training: logits, running statistics, and gradients of the input and every parameter",
    arguments: variants)
  func training(_ variant: Variant) throws {
    for count in [0, 40, 72] {
      let problem = try Problem(variant, count: count)
      let (sparse, masked) = try networks(variant.configuration)
      let (ours, theirs) = (
        try problem.outcome(masked, .training), try problem.outcome(sparse, .training)
      )
      #expect(compare(ours.logits, with: theirs.logits).scaledError < 1e-5)
      for (our, their) in zip(ours.statistics, theirs.statistics) {
        #expect(compare(our.values, with: their.values).scaledError < 1e-5, "\(our.name)")
      }
      expectGradients(ours, theirs)
    }
  }

  private func expectGradients(_ ours: Outcome, _ theirs: Outcome) {
    let largest = theirs.gradients.map { norm($0.values) }.max() ?? 0
    let all =
      zip(ours.gradients, theirs.gradients).map { ($0.name, $0.values, $1.values) }
      + [("input", ours.inputGradient, theirs.inputGradient)]
    for (name, our, their) in all {
      // What normalisation takes away again has no gradient but what rounding leaves of large sums.
      let scale = max(norm(their), 1e-2 * largest)
      let error = norm(zip(our, their).map { $0 - $1 })
      #expect(error <= 1e-4 * scale, "\(name): \(error / max(scale, 1e-30))")
    }
  }

  @Test(
    "where every pixel is a site, masked, unmasked and sparse networks are one", arguments: variants
  )
  func everyPixel(_ variant: Variant) throws {
    let scale = 1 << variant.configuration.depth
    let pixels = variant.configuration.planes * 8 * scale * scale
    let problem = try Problem(variant, count: 2 * pixels)
    // Of two events in four all pixels: the others are left out.
    let size = problem.sites.spatialSize
    let full = try SiteSet(
      packing: SitePacking(batchSize: 2, spatialSize: size),
      positions: (0..<Int32(2 * pixels)).map { $0 })
    let features = tensor(problem.features, channels: variant.configuration.inputChannels)
    let results = try [true, false].map { masking in
      let network = NetworkOnImages(
        try UResNet(variant.configuration, over: DenseConvolutions(seed: 3)), masking: masking)
      return try rows(logits(network, features, full))
    }
    let (sparse, _) = try networks(variant.configuration)
    let expected = try rows(logits(sparse, features, full))
    for result in results { #expect(compare(result, with: expected).scaledError < 1e-5) }
  }

  private func logits(
    _ network: any Layer<SparseTensor>, _ features: Tensor, _ sites: SiteSet
  ) throws -> Tensor {
    let tape = Tape(.training)
    return try network(SparseTensor(features, plan: Plan(sites), tape: tape)).features.value
  }

  @Test("an unmasked network refuses images of which pixels are missing")
  func missingPixels() throws {
    let variant = Self.variants[0]
    let problem = try Problem(variant, count: 5)
    let network = NetworkOnImages(
      try UResNet(variant.configuration, over: DenseConvolutions(seed: 3)), masking: false)
    #expect(throws: LayerError.missingPixels(sites: 5, pixels: 1536)) {
      _ = try problem.outcome(network, .inference)
    }
  }

  @Test("interpolation between pixels and stacked planes are refused on sites")
  func denseOnly() {
    var configuration = Configuration(preset: .uresnet, form: .dense)
    #expect(throws: NetworkError.self) {
      _ = try UResNet(configuration, over: SparseConvolutions(seed: 1))
    }
    configuration = Configuration(preset: .seed, form: .dense)
    #expect(throws: NetworkError.self) {
      _ = try UResNet(configuration, over: SparseConvolutions(seed: 1))
    }
  }
}
