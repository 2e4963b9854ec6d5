import Autodiff
import Layers
import Networks
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// One of SparseConvNet's ready networks: production's and the oracle's.
struct ClassicProblem: CustomStringConvertible, Sendable {
  let description: String
  let spatialSize: [Int]
  let inputChannels: Int
  var leak: Float = 0
  let production: @Sendable (SparseConvolutions) -> Sequential<SparseTensor>
  let reference: @Sendable (ClassicOracle, OracleImage) -> OracleImage

  private static func levels(
    _ description: String, _ levels: ClassicOracle.Levels, spatialSize: [Int], leak: Float = 0
  ) -> [ClassicProblem] {
    let downsampling = Downsampling(size: levels.size, stride: levels.stride)
    let unet = ClassicProblem(
      description: "unet, \(description)", spatialSize: spatialSize,
      inputChannels: levels.channels[0], leak: leak,
      production: {
        $0.unet(
          dimension: spatialSize.count, repetitions: levels.repetitions,
          channels: levels.channels, residual: levels.residual, downsampling: downsampling,
          leak: leak)
      }, reference: { $0.unet($1, levels) })
    let fully = ClassicProblem(
      description: "fully convolutional, \(description)", spatialSize: spatialSize,
      inputChannels: levels.channels[0], leak: leak,
      production: {
        $0.fullyConvolutionalNet(
          dimension: spatialSize.count, repetitions: levels.repetitions,
          channels: levels.channels, residual: levels.residual, downsampling: downsampling,
          leak: leak)
      }, reference: { $0.fullyConvolutionalNet($1, levels) })
    return [unet, fully]
  }

  private static func vgg(_ stages: [VGGStage], spatialSize: [Int]) -> ClassicProblem {
    ClassicProblem(
      description: "vgg \(stages)", spatialSize: spatialSize, inputChannels: 2,
      production: { $0.vgg(dimension: spatialSize.count, inputChannels: 2, stages: stages) },
      reference: { $0.vgg($1, stages) })
  }

  private static func resNet(_ stages: [ResNetStage], spatialSize: [Int]) -> ClassicProblem {
    ClassicProblem(
      description: "resNet \(stages.map { [$0.channels, $0.blocks, $0.stride] })",
      spatialSize: spatialSize, inputChannels: 2,
      production: { $0.resNet(dimension: spatialSize.count, inputChannels: 2, stages: stages) },
      reference: { $0.resNet($1, stages) })
  }

  static let all: [ClassicProblem] =
    levels("plain", .init(channels: [3, 4]), spatialSize: [16, 12])
    + levels(
      "residual", .init(repetitions: 2, channels: [3, 4], residual: true), spatialSize: [16, 12],
      leak: 0.2)
    + levels("three levels in space", .init(channels: [2, 3, 4]), spatialSize: [8, 8, 4])
    + levels(
      "overlapping windows", .init(channels: [2, 3], residual: true, size: 3, stride: 2),
      spatialSize: [15, 11])
    + [
      vgg([.convolution([4, 3])], spatialSize: [15, 11]),
      vgg([.convolution([2, 3, 2])], spatialSize: [15, 11]),
      vgg(
        [.convolution([3]), .maxPooling(Downsampling(size: 3, stride: 2)), .strided(4)],
        spatialSize: [31, 23]),
      resNet(
        [
          ResNetStage(channels: 3, blocks: 1, stride: 1),
          ResNetStage(channels: 4, blocks: 2, stride: 2),
        ], spatialSize: [15, 11]),
      resNet([ResNetStage(channels: 2, blocks: 2, stride: 1)], spatialSize: [7, 5, 3]),
    ]
}

/// A ready network with random parameters on random sites; the loss is a random mixture of its
/// outputs.
struct ClassicFixture {
  let problem: ClassicProblem
  let network: Sequential<SparseTensor>
  var oracle: ClassicOracle
  let input: OracleImage
  let mixture: [[Double]]
  var random = SplitMix(seed: 23)

  init(_ problem: ClassicProblem, count: Int) throws {
    self.problem = problem
    network = problem.production(SparseConvolutions(seed: 3))
    for (name, parameter) in network.namedParameters where parameter.shape.count == 1 {
      // Ones and zeros would hide a scale or a shift that is left out.
      let aroundOne = name.hasSuffix("scale") || name.hasSuffix("runningVariance")
      parameter.set(random.values(parameter.count).map { 0.3 * $0 + (aroundOne ? 1 : 0) })
    }
    oracle = ClassicOracle(
      parameters: Dictionary(
        network.namedParameters.map { ($0.name, $0.parameter.doubles) },
        uniquingKeysWith: { first, _ in first }), leak: Double(problem.leak))
    // The event in the middle and the last one are empty.
    let sites = randomSites(
      count, events: [0, 2], spatialSize: problem.spatialSize, random: &random)
    input = OracleImage(
      rows: random.rows(sites.count, channels: problem.inputChannels),
      channels: problem.inputChannels, sites: sites, size: problem.spatialSize)
    let output = problem.reference(oracle, input)
    mixture = random.rows(output.sites.count, channels: output.channels)
  }

  /// What the oracle makes of the input.
  func expected() -> OracleImage { problem.reference(oracle, input) }

  /// One pass of the production network.
  func pass(
    _ purpose: Tape.Purpose = .training
  ) throws -> (tape: Tape, input: SparseTensor, output: SparseTensor) {
    let sites = try siteSet(input.sites, batchSize: 4, spatialSize: problem.spatialSize)
    let tape = Tape(purpose, compute: Compute(threads: Threads(count: 2)))
    let features = try SparseTensor(
      tensor(input.rows, channels: input.channels), plan: Plan(sites), tape: tape,
      needsGradient: true)
    return (tape, features, try network(features))
  }

  /// The gradients of all trained parameters by name, and the input's under an empty name.
  func gradients() throws -> [String: [Double]] {
    let (tape, features, output) = try pass()
    tape.backward(from: output.features, gradient: tensor(mixture, channels: output.channels))
    var gradients = ["": try #require(features.features.gradient).array.map(Double.init)]
    for (name, parameter) in network.namedParameters where parameter.isTrained {
      gradients[name] = parameter.gradient.array.map(Double.init)
    }
    return gradients
  }

  /// The oracle's values of a trained parameter, or of the input under an empty name.
  func values(_ name: String) -> [Double] {
    name.isEmpty ? Array(input.rows.joined()) : oracle.parameters[name] ?? []
  }

  /// The oracle's loss with other values of one parameter, or of the input.
  func loss(_ name: String, _ values: [Double]) -> Double {
    var (moved, image) = (oracle, input)
    if name.isEmpty {
      image.rows = stride(from: 0, to: values.count, by: input.channels).map {
        Array(values[$0..<$0 + input.channels])
      }
    } else {
      moved.parameters[name] = values
    }
    let output = problem.reference(moved, image)
    return zip(mixture.joined(), output.rows.joined()).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
