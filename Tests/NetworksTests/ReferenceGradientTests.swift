import GoldenFiles
import Reference
import Testing

/// Proves that central differences through the reference network give the original's gradients.
@Suite(
  "Reference gradients against CosmicTagger",
  .enabled(if: GoldenFile.isAvailable("sparse_net.h5")))
struct ReferenceGradientTests {
  @Test(
    "the steepest component of parameters from top to bottom",
    arguments: ReferenceNetworkTests.networks)
  func steepestComponents(name: String) throws {
    let golden = try SparseNetGolden(name)
    let network = try golden.network()
    let gradient = try lossGradient(golden, network)
    for parameter in [
      "initial_convolution.weight", "net_core.main_module.down_blocks.block_0.conv1.weight",
      "net_core.main_module.main_module.upsample.conv.weight", "bottleneck.weight",
    ] {
      let expected = try golden.group.doubles("grads/\(parameter)")
      let component = try #require(
        expected.indices.max { abs(expected[$0]) < abs(expected[$1]) })
      let values = try #require(network.parameters[parameter])
      // The loss weights are constants, so the derivative goes through the logits alone.
      let derivative = try centralDifference(
        of: { moved in
          var varied = network
          varied.parameters[parameter] = moved
          let logits = try training(golden, varied).logits
          return zip(gradient.joined(), logits.joined()).reduce(0) { $0 + $1.0 * $1.1 }
        }, at: values, components: [component], step: 1e-6)
      let error = abs(derivative[0] - expected[component]) / abs(expected[component])
      let sensitivity = try golden.group.number("grad_sensitivity_rel_L2")
      #expect(error < max(1e-3, 5 * sensitivity), "\(name) \(parameter)[\(component)]: \(error)")
    }
  }

  @Test("one step of Adam", arguments: ReferenceNetworkTests.networks)
  func adam(name: String) throws {
    let golden = try SparseNetGolden(name)
    let gradients = try golden.group.group("grads")
    for parameter in try gradients.datasetNames() {
      let gradient = try gradients.doubles(parameter)
      var values = try golden.group.doubles("params/\(parameter)")
      var adam = ReferenceAdam(learningRate: 3e-4)
      adam.step(&values, gradient: gradient)
      let expected = try golden.group.doubles("params_after_adam/\(parameter)")
      // Below, the first step follows the sign of what may be rounding alone.
      let errors = gradient.indices.filter { abs(gradient[$0]) > 1e-5 }
        .map { abs(values[$0] - expected[$0]) / max(1, abs(expected[$0])) }
      #expect(errors.allSatisfy { $0 < 1e-6 }, "\(name) \(parameter)")
    }
  }

  private func training(
    _ golden: SparseNetGolden, _ network: ReferenceUResNet
  ) throws -> ReferenceUResNet.Output {
    try network(
      golden.features, sites: golden.sites, spatialSize: golden.spatialSize, mode: .training)
  }

  /// The gradient by the logits of the loss the original's gradients belong to.
  private func lossGradient(
    _ golden: SparseNetGolden, _ network: ReferenceUResNet
  ) throws -> [[Double]] {
    let text = try golden.group.text("grad_of_loss")
    let scheme = try #require(BalanceScheme.allCases.first { text.contains($0.rawValue) })
    let planes = golden.sites.map { $0[1] }
    let empty = golden.labelImages.enumerated().map { plane, image in
      image.count - planes.filter { $0 == plane }.count
    }
    return try segmentationLoss(
      training(golden, network).logits, labels: golden.labels, planes: planes, scheme: scheme,
      emptyPixels: empty
    ).gradient
  }
}
