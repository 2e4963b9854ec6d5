import Autodiff
import Foundation
import GoldenFiles
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// Proves production normalisation and a whole chain of layers against SparseConvNet.
@Suite(
  "Normalisation and chains against SparseConvNet",
  .enabled(if: GoldenFile.isAvailable("layers.h5")))
struct GoldenNormalizationTests {
  static let names = GoldenLayerCase.names(
    "BatchNormalization", "BatchNormReLU", "BatchNormLeakyReLU")

  private func layer(_ golden: GoldenGroup) throws -> BatchNormalization {
    // SparseConvNet's momentum is what stays, ours (and PyTorch's) what is new.
    let layer = try BatchNormalization(
      channels: golden.integer("nIn"), epsilon: golden.number("eps"),
      momentum: 1 - golden.number("momentum"), leak: Float(golden.number("leakiness")))
    try layer.scale.set(golden.doubles("weight"))
    try layer.shift.set(golden.doubles("bias"))
    try layer.runningMean.set(golden.doubles("running_mean_before"))
    try layer.runningVariance.set(golden.doubles("running_var_before"))
    return layer
  }

  @Test("training: output, gradients and running statistics", arguments: names)
  func training(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let layer = try layer(golden.golden)
    let plan = Plan(try golden.sites("in_coords"))
    let pass = try LayerPass(
      golden.tensor("in_features", at: "in_coords", on: plan.sites), plan: plan
    ) { try layer($0) }
    try golden.expect(
      pass.output.features.value, on: plan.sites, equals: "out_features_float64ref",
      at: "out_coords", tolerance: 1e-4)
    let before = try golden.golden.doubles("running_mean_before")
    #expect(layer.runningMean.doubles == before, "a forward pass changes nothing")
    let gradient = try pass.inputGradient(
      from: golden.tensor("grad_out", at: "out_coords", on: plan.sites))
    for (parameter, dataset) in [
      (layer.runningMean, "running_mean_after"), (layer.runningVariance, "running_var_after"),
    ] {
      let difference = try compare(parameter.doubles, with: golden.golden.doubles(dataset))
      #expect(difference.scaledError < 5e-5, "\(name) \(dataset): \(difference)")
    }
    try golden.expect(
      gradient, on: plan.sites, equals: "grad_in_float64ref", at: "in_coords", tolerance: 1e-4)
    // SparseConvNet's own sums of these are good to 2e-4 on badly scaled channels.
    try golden.expect(gradientOf: layer.scale, equals: "grad_weight", tolerance: 2e-4)
    try golden.expect(gradientOf: layer.shift, equals: "grad_bias", tolerance: 2e-4)
  }

  @Test("evaluation uses the running statistics and leaves them alone", arguments: names)
  func evaluation(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let layer = try layer(golden.golden)
    let plan = Plan(try golden.sites("in_coords"))
    let features = try golden.tensor("in_features", at: "in_coords", on: plan.sites)
    let before = [layer.runningMean.doubles, layer.runningVariance.doubles]
    let pass = try LayerPass(features, plan: plan, purpose: .inference) { try layer($0) }
    try golden.expect(
      pass.output.features.value, on: plan.sites, equals: "out_features_eval", at: "out_coords")
    let training = try LayerPass(features, plan: plan, statistics: .batch) { try layer($0) }
    _ = try training.inputGradient(from: features)
    #expect(before == [layer.runningMean.doubles, layer.runningVariance.doubles])
  }

  @Test("a chain down a level and up again, every stage", arguments: GoldenLayerCase.names("chain"))
  func chain(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let order = try JSONDecoder().decode(
      [String].self, from: Data(golden.golden.text("order").utf8))
    let stages = try order.map { try Stage($0, of: golden.golden) }
    let plan = Plan(try golden.sites("in_coords", size: "spatial_size"))
    let pass = try LayerPass(
      golden.tensor("in_features", at: "in_coords", on: plan.sites), plan: plan
    ) { input in
      try stages.reduce(input) { features, stage in
        let output = try stage.apply(features)
        try golden.expect(
          output.features.value, on: output.sites, equals: "\(stage.name).out_features",
          at: "\(stage.name).out_coords", tolerance: 1e-4)
        return output
      }
    }
    let last = try #require(order.last)
    let gradient = try pass.inputGradient(
      from: golden.tensor("grad_out", at: "\(last).out_coords", on: pass.output.sites))
    try golden.expect(
      gradient, on: plan.sites, equals: "grad_in", at: "in_coords", tolerance: 1e-4)
    for stage in stages {
      for (kind, parameter) in stage.parameters {
        let difference = try compare(
          parameter.gradientDoubles, with: golden.golden.doubles("\(stage.name).grad_\(kind)"))
        #expect(difference.scaledError < 2e-4, "\(name) \(stage.name) \(kind): \(difference)")
      }
    }
  }

  /// One layer of a chain, its kind and filter told by its name.
  private struct Stage {
    let name: String
    let apply: (SparseTensor) throws -> SparseTensor
    let parameters: [(kind: String, parameter: Parameter)]

    init(_ name: String, of golden: GoldenGroup) throws {
      self.name = name
      let shape = try golden.shape(of: "\(name).weight")
      let dimension = try golden.integer("dimension")
      let hasBias = golden.hasDataset("\(name).bias")
      let two = [Int](repeating: 2, count: dimension)
      var random = RandomStream(seed: 1, stream: 0)
      if name.hasSuffix("_bnlrelu") {
        let layer = BatchNormalization(
          channels: shape[0], epsilon: 1e-4, momentum: 0.01, leak: 0.333)
        apply = { try layer($0) }
        parameters = [("weight", layer.scale), ("bias", layer.shift)]
      } else if name.hasSuffix("_conv2s2") {
        let layer = Convolution(
          inputChannels: shape[1], outputChannels: shape[2], filterSize: two, filterStride: two,
          bias: hasBias, random: &random)
        apply = { try layer($0) }
        parameters = [("weight", layer.weight)] + (layer.bias.map { [("bias", $0)] } ?? [])
      } else if name.hasSuffix("_deconv2s2") {
        let layer = Deconvolution(
          inputChannels: shape[1], outputChannels: shape[2], filterSize: two, filterStride: two,
          bias: hasBias, random: &random)
        apply = { try layer($0) }
        parameters = [("weight", layer.weight)] + (layer.bias.map { [("bias", $0)] } ?? [])
      } else {
        let extent = name.hasSuffix("5") ? 5 : 3
        let layer = SubmanifoldConvolution(
          inputChannels: shape[1], outputChannels: shape[2],
          filterSize: [Int](repeating: extent, count: dimension), bias: hasBias, random: &random)
        apply = { try layer($0) }
        parameters = [("weight", layer.weight)] + (layer.bias.map { [("bias", $0)] } ?? [])
      }
      for (kind, parameter) in parameters {
        try parameter.set(golden.doubles("\(name).\(kind)"))
      }
    }
  }
}
