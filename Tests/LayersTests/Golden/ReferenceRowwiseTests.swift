import Foundation
import GoldenFiles
import Reference
import Testing

/// Proves the oracle's pooling and its layers without neighbours against SparseConvNet.
extension ReferenceOracleTests {
  @Test("max, average and un-pooling")
  func pooling() throws {
    for golden in try cases("MaxPooling", "AveragePooling", "UnPooling") {
      let sites = try golden.sites("in_coords")
      let features = try golden.rows("in_features")
      let size = try golden.integerList("filter_size")
      let stride = try golden.integerList("filter_stride")
      if try golden.text("op") == "UnPooling" {
        let fine = try golden.sites("fine_coords")
        let output = unPooling(
          features, sites: sites, fineSites: fine, filterSize: size, stride: stride)
        try expectEqual(output, at: fine, in: golden)
        continue
      }
      let coarse = try convolutionSites(
        of: sites, filterSize: size, stride: stride,
        spatialSize: golden.integerList("in_spatial_size"))
      let output =
        try golden.text("op") == "AveragePooling"
        ? averagePooling(
          features, sites: sites, outputSites: coarse, filterSize: size, stride: stride)
        // SparseConvNet's maximum starts from zero instead of from the first active input.
        : maxPooling(
          features, sites: sites, outputSites: coarse, filterSize: size, stride: stride
        ).map { $0.map { max(0, $0) } }
      try expectEqual(output, at: coarse, in: golden)
    }
  }

  @Test("batch normalization in training and evaluation, with its running averages")
  func batchNormalizations() throws {
    for golden in try cases("BatchNormalization", "BatchNormReLU", "BatchNormLeakyReLU") {
      let sites = try golden.sites("in_coords")
      let features = try golden.rows("in_features")
      let scale = try golden.doubles("weight")
      let shift = try golden.doubles("bias")
      let epsilon = try golden.number("eps")
      let leak = try golden.number("leakiness")
      let (output, statistics) = batchNormalizationTraining(
        features, scale: scale, shift: shift, epsilon: epsilon, leak: leak)
      try expectEqual(output, at: sites, in: golden, "out_features_float64ref")
      // SparseConvNet subtracts two nearly equal sums in single precision for its variance.
      try expectEqual(output, at: sites, in: golden, tolerance: 1e-3)
      let keep = try golden.number("momentum")
      for (name, batch) in [("mean", statistics.mean), ("var", statistics.unbiasedVariance)] {
        let after = try runningAverage(
          golden.doubles("running_\(name)_before"), batch, keep: keep)
        let difference = try compare(after, with: golden.doubles("running_\(name)_after"))
        #expect(difference.scaledError < 5e-5, "\(golden.name) running_\(name): \(difference)")
      }
      // The evaluation output was taken before the training step moved the running averages.
      let evaluated = try batchNormalization(
        features, mean: golden.doubles("running_mean_before"),
        variance: golden.doubles("running_var_before"), scale: scale, shift: shift,
        epsilon: epsilon, leak: leak)
      try expectEqual(evaluated, at: sites, in: golden, "out_features_eval")
    }
  }

  @Test("one linear map at every site")
  func networksInNetworks() throws {
    for golden in try cases("NetworkInNetwork") {
      let weights = try shapedWeights(
        golden.doubles("weight"), offsets: 1, inputChannels: golden.integer("nIn"),
        outputChannels: golden.integer("nOut"))[0]
      let output = try networkInNetwork(
        golden.rows("in_features"), weights: weights, bias: bias(of: golden))
      try expectEqual(output, at: golden.sites("in_coords"), in: golden)
    }
  }

  @Test("activations, sums and joined channels")
  func elementwise() throws {
    for golden in try cases("LeakyReLU", "ReLU", "Sigmoid", "Tanh", "AddTable", "JoinTable") {
      let features = try golden.rows("in_features")
      let output =
        switch try golden.text("op") {
        case "Sigmoid": sigmoid(features)
        case "Tanh": hyperbolicTangent(features)
        case "AddTable": try add(features, golden.rows("in_features_b"))
        case "JoinTable": try join(features, golden.rows("in_features_b"))
        default: try leakyReLU(features, leak: golden.number("leak"))
        }
      try expectEqual(output, at: golden.sites("in_coords"), in: golden)
    }
  }

  @Test("a chain of layers down a level and up again, every stage")
  func chains() throws {
    for golden in try cases("chain") {
      let dimension = try golden.integer("dimension")
      let fine = try golden.sites("in_coords")
      let two = Array(repeating: 2, count: dimension)
      let coarse = try convolutionSites(
        of: fine, filterSize: two, stride: two, spatialSize: golden.integerList("spatial_size"))
      let order = try JSONDecoder().decode([String].self, from: Data(golden.text("order").utf8))
      var x = try golden.rows("in_features")
      var sites = fine
      for stage in order {
        x = try apply(stage, of: golden, to: x, sites: sites, fine: fine, coarse: coarse)
        if stage.hasSuffix("_conv2s2") { sites = coarse }
        if stage.hasSuffix("_deconv2s2") { sites = fine }
        try expectEqual(
          x, at: sites, in: golden, "\(stage).out_features",
          coordinates: "\(stage).out_coords", tolerance: 1e-4)
      }
    }
  }

  /// One stage of a chain, its kind and filter size told by its name.
  private func apply(
    _ stage: String, of golden: GoldenGroup, to x: [[Double]], sites: [[Int]],
    fine: [[Int]], coarse: [[Int]]
  ) throws -> [[Double]] {
    let dimension = try golden.integer("dimension")
    let two = Array(repeating: 2, count: dimension)
    let bias =
      golden.hasDataset("\(stage).bias") ? try golden.doubles("\(stage).bias") : nil
    let values = try golden.doubles("\(stage).weight")
    if stage.hasSuffix("_bnlrelu") {
      return batchNormalizationTraining(
        x, scale: values, shift: bias ?? [], epsilon: 1e-4, leak: 0.333
      ).features
    }
    let shape = try golden.shape(of: "\(stage).weight")
    let weights = shapedWeights(
      values, offsets: shape[0], inputChannels: shape[1], outputChannels: shape[2])
    if stage.hasSuffix("_conv2s2") {
      return convolution(
        x, sites: sites, outputSites: coarse, filterSize: two, stride: two, weights: weights,
        bias: bias)
    }
    if stage.hasSuffix("_deconv2s2") {
      return deconvolution(
        x, sites: sites, fineSites: fine, filterSize: two, stride: two, weights: weights,
        bias: bias)
    }
    let extent = stage.hasSuffix("5") ? 5 : 3
    return submanifoldConvolution(
      x, sites: sites, filterSize: Array(repeating: extent, count: dimension),
      weights: weights, bias: bias)
  }
}
