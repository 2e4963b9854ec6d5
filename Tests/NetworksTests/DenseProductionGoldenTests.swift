import Autodiff
import DenseLayers
import GoldenFiles
import Networks
import Reference
import Tensors
import TestSites
import Testing
import Training

/// Proves the production network over full images against CosmicTagger's dense networks in PyTorch:
/// logits, losses, metrics, gradients, running statistics and a step of Adam.
@Suite(
  "Dense network against CosmicTagger", .enabled(if: GoldenFile.isAvailable("dense_net.h5")))
struct DenseProductionGoldenTests {
  static let networks: [String] =
    (try? GoldenFile.open("dense_net.h5").root.groupNames())?
    .filter { $0 != "labels" } ?? []

  /// A dense production network with the original's parameters, and its pixels in production's order.
  private struct Fixture {
    let golden: DenseNetGolden
    let network: UResNet<DenseConvolutions>
    /// Pixels in the order plane, event, row, column, by their numbers in the file's order.
    let order: [Int]
    let batchSize: Int
    /// Parameters with the original's name of each.
    let parameters: [(name: String, parameter: Parameter)]

    init(_ name: String) throws {
      golden = try DenseNetGolden(name)
      network = try UResNet(
        UResNetConfiguration(denseOriginal: originalOptions(golden.group)),
        over: DenseConvolutions(seed: 1))
      let sites = golden.sites
      order = sites.indices.sorted { (sites[$0][1], $0) < (sites[$1][1], $1) }
      batchSize = (sites.last?[0] ?? -1) + 1
      let values = try golden.parameters()
      let depth = network.configuration.depth
      parameters = try network.namedParameters.map { name, parameter in
        let candidates = originalNames(name, depth: depth)
        let original = try #require(candidates.first { values[$0] != nil }, "\(candidates)")
        let theirs = try #require(values[original])
        try #require(theirs.count == parameter.count, "\(original)")
        parameter.set(theirs)
        return (original, parameter)
      }
      #expect(Set(parameters.map(\.name)) == Set(values.keys.filter { !$0.hasSuffix("tracked") }))
    }

    /// Changes every parameter by 1.5e-7 of itself, up or down: about the last bit of a float.
    func moveParameters(seed: UInt64) {
      var state = seed
      for (_, parameter) in parameters where parameter.isTrained {
        parameter.set(
          parameter.doubles.map { value in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return value * (1 + (state >> 63 == 0 ? 1.5e-7 : -1.5e-7))
          })
      }
    }

    func pass(_ purpose: Tape.Purpose, threads: Int = 2) throws -> (tape: Tape, logits: Variable) {
      let tape = Tape(purpose, compute: Compute(threads: Threads(count: threads)))
      let charges = tensor(order.map { golden.features[$0] }, channels: 1)
      let images = try DenseImages(
        tape.variable(charges), batchSize: batchSize, spatialSize: golden.spatialSize)
      return (tape, try network(images).features)
    }

    /// Logits agree within 5e-5 of the largest one.
    func expect(_ logits: Tensor, mode: String) throws {
      let all = try golden.logits(mode)
      let expected = order.map { all[$0] }
      let largest = expected.joined().reduce(0) { max($0, abs($1)) }
      let worst = zip(rows(logits).joined(), expected.joined()).reduce(0) {
        max($0, abs($1.0 - $1.1))
      }
      #expect(worst <= 5e-5 * largest, "\(golden.group.name) \(mode): \(worst / largest)")
    }

    /// Losses and metrics agree with the original's of the same logits.
    func expectFigures(_ logits: Tensor, mode: String) throws {
      let figures = try GoldenFigures(
        golden.group, mode: mode, sites: order.map { golden.sites[$0] },
        labels: order.map { golden.labels[$0] }, labelImages: golden.labelImages,
        spatialSize: golden.spatialSize)
      try figures.expectLosses(of: rows(logits))
      try figures.expectMetrics(of: rows(logits))
    }

    /// The gradient by the logits of the loss that the original differentiated.
    func lossGradient(_ logits: Tensor) throws -> LossValue {
      let text = try golden.group.text("grad_of_loss")
      let scheme = try #require(BalanceScheme.allCases.first { text.contains($0.rawValue) })
      return segmentationLoss(
        rows(logits), labels: order.map { golden.labels[$0] },
        planes: order.map { golden.sites[$0][1] }, scheme: scheme,
        emptyPixels: golden.spatialSize.prefix(1).flatMap { [Int](repeating: 0, count: $0) })
    }
  }

  @Test("logits, losses and metrics in evaluation", arguments: networks)
  func evaluation(name: String) throws {
    let fixture = try Fixture(name)
    guard fixture.golden.group.hasGroup("logits_eval") else { return }
    let logits = try fixture.pass(.inference).logits.value
    try fixture.expect(logits, mode: "eval")
    try fixture.expectFigures(logits, mode: "eval")
  }

  @Test(
    "training: logits, losses, metrics, running statistics, every gradient and a step of Adam",
    arguments: networks)
  func training(name: String) throws {
    let fixture = try Fixture(name)
    try train(fixture)
    try expectRunningStatistics(fixture)
    var disagreements = try disagreements(of: fixture)
    // Where an activation is zero but for rounding, which differs with the processor, rounding
    // decides on which side of its kink it is, and that on all gradients before it. Then those of
    // the network moved by as little as rounding does have to agree, every one of them.
    for seed: UInt64 in 1...8 where !disagreements.isEmpty {
      let moved = try Fixture(name)
      moved.moveParameters(seed: seed)
      try train(moved)
      let remaining = try self.disagreements(of: moved)
      if remaining.isEmpty { disagreements = [] }
    }
    #expect(disagreements.isEmpty, "\(name): \(disagreements)")
  }

  /// Passes the network forwards and backwards: logits, losses and metrics agree.
  private func train(_ fixture: Fixture) throws {
    let (tape, logits) = try fixture.pass(.training)
    try fixture.expect(logits.value, mode: "train")
    try fixture.expectFigures(logits.value, mode: "train")
    let loss = try fixture.lossGradient(logits.value)
    let expected = try fixture.golden.group.number("loss")
    #expect(abs(loss.value - expected) < 1e-5 * abs(expected))
    tape.backward(from: logits, gradient: tensor(loss.gradient, channels: logits.channels))
  }

  private func disagreements(of fixture: Fixture) throws -> [String] {
    try gradientDisagreements(fixture) + adamDisagreements(fixture)
  }

  @Test("the same bits with one thread and with three", arguments: networks)
  func threads(name: String) throws {
    let gradients = try [1, 3].map { threads in
      let fixture = try Fixture(name)
      let (tape, logits) = try fixture.pass(.training, threads: threads)
      tape.backward(from: logits, gradient: logits.value.copied())
      return logits.value.array + fixture.parameters.flatMap { $0.parameter.gradient.array }
    }
    #expect(gradients[0] == gradients[1])
  }

  private func expectRunningStatistics(_ fixture: Fixture) throws {
    let after = try fixture.golden.parameters(folders: ["buffers_after"])
    for (name, parameter) in fixture.parameters where !parameter.isTrained {
      let difference = compare(parameter.doubles, with: try #require(after[name]))
      #expect(difference.scaledError < 1e-5, "\(fixture.golden.group.name) \(name): \(difference)")
    }
  }

  private func gradientDisagreements(_ fixture: Fixture) throws -> [String] {
    var disagreements: [String] = []
    let sensitivity = try fixture.golden.group.number("grad_sensitivity_rel_L2")
    let theirs = try fixture.golden.parameters(folders: ["grads"])
    let largest = theirs.values.map(norm).max() ?? 0
    for (name, parameter) in fixture.parameters where parameter.isTrained {
      let (ours, expected) = (parameter.gradientDoubles, try #require(theirs[name]))
      // A bias that normalisation takes away again has no gradient but rounding.
      guard norm(expected) > 1e-5 * largest else {
        if norm(ours) >= 1e-4 * largest { disagreements.append("\(name): is not zero") }
        continue
      }
      let error = compare(ours, with: expected).relativeL2
      if !(error < max(1e-3, 5 * sensitivity)) { disagreements.append("\(name): \(error)") }
    }
    return disagreements
  }

  /// Adam's first step is the learning rate in the direction of the gradient, where there is one.
  private func adamDisagreements(_ fixture: Fixture) throws -> [String] {
    let after = try fixture.golden.parameters(folders: ["params_after_adam"])
    let gradients = try fixture.golden.parameters(folders: ["grads"])
    let trained = fixture.parameters.filter(\.parameter.isTrained)
    Adam().step(
      trained.map(\.parameter), learningRate: 3e-4, threads: Threads(count: 1))
    return try trained.compactMap { name, parameter in
      let (theirs, slopes) = (try #require(after[name]), try #require(gradients[name]))
      let worst = zip(parameter.doubles, zip(theirs, slopes)).reduce(0.0) { worst, value in
        abs(value.1.1) > 1e-5 ? max(worst, abs(value.0 - value.1.0)) : worst
      }
      return worst < 3e-6 ? nil : "\(name) after Adam: \(worst)"
    }
  }
}

extension Networks.UResNetConfiguration {
  /// The production form of a dense network of the original, from the options it was built with.
  init(denseOriginal options: [String: Any]) {
    let isVolume = options["conv_mode"] as? String == "conv_3D"
    self.init(preset: .uresnet, form: .dense, mode: isVolume ? .volume : .planar)
    depth = options["depth"] as? Int ?? 0
    initialFilters = options["n_initial_filters"] as? Int ?? 0
    blocksPerLayer = options["blocks_per_layer"] as? Int ?? 0
    blocksDeepest = options["blocks_deepest_layer"] as? Int ?? 0
    blocksFinal = options["blocks_final"] as? Int ?? 0
    residual = options["residual"] as? Bool ?? false
    connections = (options["connections"] as? String).flatMap(Connections.init) ?? .none
    growth = (options["growth_rate"] as? String).flatMap(Growth.init) ?? .additive
    bias = options["bias"] as? Bool ?? true
    batchNorm = options["normalization"] as? String == "batch"
    bottleneckDeepest = options["bottleneck_deepest"] as? Int
    filterSizeDeepest = options["filter_size_deepest"] as? Int ?? 0
    if options["block_concat"] as? Bool == true { deepest = .perPlane }
    if options["downsampling"] as? String == "convolutional" { downsampling = .convolutional }
    if options["upsampling"] as? String == "convolutional" { upsampling = .convolutional }
  }
}
