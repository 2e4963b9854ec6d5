import Autodiff
import GoldenFiles
import Layers
import Networks
import Reference
import Tensors
import TestSites
import Testing

/// Proves the production network against CosmicTagger on SparseConvNet: logits, gradients and
/// running statistics.
@Suite(
  "Network against CosmicTagger", .enabled(if: GoldenFile.isAvailable("sparse_net.h5")))
struct ProductionGoldenTests {
  /// A production network with the original's parameters, and its events in production's row order.
  private struct Fixture {
    let golden: SparseNetGolden
    let production: ProductionNetwork
    let order: [Int]
    let sites: [[Int]]
    let batchSize: Int
    /// The original's name of each parameter; nothing where it has none.
    let names: [String?]

    init(_ name: String) throws {
      golden = try SparseNetGolden(name)
      let original = try golden.network()
      let bias = original.parameters.keys.contains("initial_convolution.bias")
      production = try ProductionNetwork(
        Networks.UResNetConfiguration(original: original.configuration, bias: bias))
      order = sortingOrder(of: golden.sites)
      sites = order.map { [golden] in golden.sites[$0] }
      let pixels = golden.spatialSize[1] * golden.spatialSize[2]
      batchSize = golden.labelImages[0].count / pixels
      var names: [String?] = []
      for (candidates, parameter) in production.parameters {
        let name = candidates.first { original.parameters[$0] != nil }
        names.append(name)
        guard let name, let values = original.parameters[name] else {
          // The second convolution of a residual block has no bias in the original.
          #expect(candidates[0].hasSuffix(".conv2.bias"), "\(candidates)")
          parameter.set([Double](repeating: 0, count: parameter.count))
          continue
        }
        try #require(values.count == parameter.count, "\(name)")
        parameter.set(values)
      }
      self.names = names
      // Whatever is left in the original belongs to its bottom, which does nothing.
      let bottom =
        "net_core" + String(repeating: ".main_module", count: original.configuration.depth + 1)
      let unused = Set(original.parameters.keys).subtracting(names.compactMap { $0 })
      #expect(unused.allSatisfy { $0.hasPrefix(bottom) })
    }

    func pass(_ purpose: Tape.Purpose) throws -> (
      tape: Tape, input: SparseTensor, logits: Variable
    ) {
      try production.pass(
        order.map { golden.features[$0] }, sites: sites, batchSize: batchSize,
        spatialSize: golden.spatialSize, purpose: purpose)
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

    /// The gradient by the logits of the original's loss, which includes empty pixels.
    func lossGradient(_ logits: Tensor) throws -> Reference.LossValue {
      let text = try golden.group.text("grad_of_loss")
      let scheme = try #require(BalanceScheme.allCases.first { text.contains($0.rawValue) })
      let figures = try GoldenFigures(
        golden.group, mode: "train", sites: sites, labels: order.map { golden.labels[$0] },
        labelImages: golden.labelImages, spatialSize: golden.spatialSize)
      let planes = figures.sites.map { $0[1] }
      let blanks = figures.sites.count - sites.count
      return segmentationLoss(
        rows(logits) + [[Double]](repeating: [0, 0, 0], count: blanks), labels: figures.labels,
        planes: planes, scheme: scheme,
        emptyPixels: (0..<figures.planeCount).map { plane in
          figures.imageCount * figures.pixelsPerPlane - planes.filter { $0 == plane }.count
        })
    }
  }

  @Test("logits in evaluation", arguments: ReferenceNetworkTests.networks)
  func evaluation(name: String) throws {
    let fixture = try Fixture(name)
    try fixture.expect(fixture.pass(.inference).logits.value, mode: "eval")
  }

  @Test(
    "training: logits, loss, running statistics and every gradient",
    arguments: ReferenceNetworkTests.networks)
  func training(name: String) throws {
    let fixture = try Fixture(name)
    let (tape, _, logits) = try fixture.pass(.training)
    try fixture.expect(logits.value, mode: "train")
    let loss = try fixture.lossGradient(logits.value)
    let expected = try fixture.golden.group.number("loss")
    #expect(abs(loss.value - expected) < 1e-5 * abs(expected))
    let seed = tensor(Array(loss.gradient.prefix(logits.rows)), channels: logits.channels)
    tape.backward(from: logits, gradient: seed)
    try expectRunningStatistics(fixture)
    try expectGradients(fixture)
  }

  private func expectRunningStatistics(_ fixture: Fixture) throws {
    for (name, entry) in zip(fixture.names, fixture.production.parameters)
    where !entry.parameter.isTrained {
      let name = try #require(name)
      let difference = try compare(
        entry.parameter.value.array.map(Double.init),
        with: fixture.golden.group.doubles("buffers_after/\(name)"))
      // The original takes E[x²] − E[x]² in single precision, which costs up to 1.2e-5.
      #expect(difference.scaledError < 3e-5, "\(name): \(difference)")
    }
  }

  private func expectGradients(_ fixture: Fixture) throws {
    let sensitivity = try fixture.golden.group.number("grad_sensitivity_rel_L2")
    let gradients = try trained(fixture).map { name, parameter in
      (
        name: name, ours: parameter.gradient.array.map(Double.init),
        theirs: try fixture.golden.group.doubles("grads/\(name)")
      )
    }
    let largest = gradients.map { norm($0.theirs) }.max() ?? 0
    for (name, ours, theirs) in gradients {
      // A bias that normalisation takes away again has no gradient but rounding.
      guard norm(theirs) > 1e-5 * largest else {
        #expect(norm(ours) < 1e-4 * largest, "\(name)")
        continue
      }
      let error = compare(ours, with: theirs).relativeL2
      #expect(error < max(1e-3, 5 * sensitivity), "\(fixture.golden.group.name) \(name): \(error)")
    }
  }

  /// The parameters the original has a gradient for, by its names.
  private func trained(_ fixture: Fixture) -> [(name: String, parameter: Parameter)] {
    zip(fixture.names, fixture.production.parameters).compactMap { name, entry in
      entry.parameter.isTrained ? name.map { ($0, entry.parameter) } : nil
    }
  }
}
