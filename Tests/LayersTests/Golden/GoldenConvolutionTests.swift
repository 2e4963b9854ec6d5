import Autodiff
import GoldenFiles
import Layers
import Reference
import Sites
import Tensors
import Testing

/// Proves production convolutions, poolings and tables against SparseConvNet: outputs and all
/// gradients.
@Suite("Layers against SparseConvNet", .enabled(if: GoldenFile.isAvailable("layers.h5")))
struct GoldenConvolutionTests {
  @Test(
    "submanifold convolutions of every size, parity and grouping",
    arguments: GoldenLayerCase.names("SubmanifoldConvolution"))
  func submanifold(name: String) throws {
    let golden = try GoldenLayerCase(name)
    var random = RandomStream(seed: 1, stream: 0)
    let layer = try SubmanifoldConvolution(
      inputChannels: golden.integer("nIn"), outputChannels: golden.integer("nOut"),
      filterSize: golden.extents("filter_size"), groups: golden.groups(), bias: golden.hasBias,
      random: &random)
    let plan = Plan(try golden.sites("in_coords"))
    try golden.check(plan, weight: layer.weight, bias: layer.bias) { try layer($0) }
    if golden.golden.hasAttribute("n_pairs") {
      #expect(try plan.entries[0].rulebook.pairCount == golden.integer("n_pairs"))
    }
  }

  @Test("strided convolutions", arguments: GoldenLayerCase.names("Convolution"))
  func strided(name: String) throws {
    let golden = try GoldenLayerCase(name)
    var random = RandomStream(seed: 1, stream: 0)
    let layer = try Convolution(
      inputChannels: golden.integer("nIn"), outputChannels: golden.integer("nOut"),
      filterSize: golden.extents("filter_size"), filterStride: golden.extents("filter_stride"),
      bias: golden.hasBias, random: &random)
    let rulebook = try checkedRulebook(golden, layer)
    #expect(try rulebook.pairCount == golden.integer("n_pairs"))
  }

  @Test("full convolutions", arguments: GoldenLayerCase.names("FullConvolution"))
  func full(name: String) throws {
    let golden = try GoldenLayerCase(name)
    var random = RandomStream(seed: 1, stream: 0)
    let layer = try FullConvolution(
      inputChannels: golden.integer("nIn"), outputChannels: golden.integer("nOut"),
      filterSize: golden.extents("filter_size"), filterStride: golden.extents("filter_stride"),
      bias: golden.hasBias, random: &random)
    let rulebook = try checkedRulebook(golden, layer)
    if golden.golden.hasAttribute("n_pairs") {
      #expect(try rulebook.pairCount == golden.integer("n_pairs"))
    }
  }

  /// Compares a layer that makes sites, and returns the rulebook it made them by.
  private func checkedRulebook(
    _ golden: GoldenLayerCase, _ layer: some FilterLayer
  ) throws -> Rulebook {
    let plan = Plan(try golden.sites("in_coords"))
    try golden.check(plan, weight: layer.weight, bias: layer.bias) { try layer($0) }
    let rulebook = plan.entries[0].rulebook
    #expect(try rulebook.outputSites.spatialSize == golden.extents("out_spatial_size"))
    return rulebook
  }

  @Test("deconvolutions", arguments: GoldenLayerCase.names("Deconvolution"))
  func deconvolution(name: String) throws {
    let golden = try GoldenLayerCase(name)
    var random = RandomStream(seed: 1, stream: 0)
    let layer = try Deconvolution(
      inputChannels: golden.integer("nIn"), outputChannels: golden.integer("nOut"),
      filterSize: golden.extents("filter_size"), filterStride: golden.extents("filter_stride"),
      bias: golden.hasBias, random: &random)
    try golden.check(golden.inversePlan(), weight: layer.weight, bias: layer.bias) {
      try layer($0)
    }
  }

  @Test("linear maps of every site", arguments: GoldenLayerCase.names("NetworkInNetwork"))
  func networkInNetwork(name: String) throws {
    let golden = try GoldenLayerCase(name)
    var random = RandomStream(seed: 1, stream: 0)
    let layer = try NetworkInNetwork(
      inputChannels: golden.integer("nIn"), outputChannels: golden.integer("nOut"),
      bias: golden.hasBias, random: &random)
    let plan = Plan(try golden.sites("in_coords"))
    try golden.check(plan, weight: layer.weight, bias: layer.bias) { try layer($0) }
  }

  @Test("rectifiers", arguments: GoldenLayerCase.names("ReLU", "LeakyReLU"))
  func rectifier(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let layer = LeakyReLU(leak: Float(try golden.golden.number("leak")))
    try golden.check(Plan(golden.sites("in_coords"))) { try layer($0) }
  }

  @Test("average pooling", arguments: GoldenLayerCase.names("AveragePooling"))
  func averagePooling(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let layer = try AveragePooling(
      poolSize: golden.extents("filter_size"), poolStride: golden.extents("filter_stride"))
    try golden.check(Plan(golden.sites("in_coords"))) { try layer($0) }
  }

  @Test("un-pooling", arguments: GoldenLayerCase.names("UnPooling"))
  func unPooling(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let layer = try UnPooling(
      poolSize: golden.extents("filter_size"), poolStride: golden.extents("filter_stride"))
    try golden.check(golden.inversePlan()) { try layer($0) }
  }

  /// Where the true maximum is negative, SparseConvNet's is zero and has no gradient.
  @Test("max pooling, the true maximum", arguments: GoldenLayerCase.names("MaxPooling"))
  func maxPooling(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let layer = try MaxPooling(
      poolSize: golden.extents("filter_size"), poolStride: golden.extents("filter_stride"))
    let plan = Plan(try golden.sites("in_coords"))
    let pass = try LayerPass(
      golden.tensor("in_features", at: "in_coords", on: plan.sites), plan: plan
    ) { try layer($0) }
    let output = pass.output.features.value
    let clamped = Tensor(
      rows: output.rows, channels: output.channels, output.array.map { max(0, $0) })
    try golden.expect(clamped, on: pass.output.sites, equals: "out_features", at: "out_coords")
    let gradient = try golden.tensor("grad_out", at: "out_coords", on: pass.output.sites)
    for index in 0..<gradient.count where output.values[index] < 0 { gradient.values[index] = 0 }
    try golden.expect(
      pass.inputGradient(from: gradient), on: plan.sites, equals: "grad_in", at: "in_coords")
  }

  @Test("sums and joined channels", arguments: GoldenLayerCase.names("AddTable", "JoinTable"))
  func tables(name: String) throws {
    let golden = try GoldenLayerCase(name)
    let plan = Plan(try golden.sites("in_coords"))
    let second = try golden.tensor("in_features_b", at: "in_coords", on: plan.sites)
    var branch: SparseTensor?
    let pass = try LayerPass(
      golden.tensor("in_features", at: "in_coords", on: plan.sites), plan: plan
    ) { input in
      let other = try SparseTensor(
        second, plan: plan, tape: input.features.tape, needsGradient: true)
      branch = other
      return try golden.golden.text("op") == "AddTable"
        ? AddTable()([input, other]) : JoinTable()([input, other])
    }
    try golden.expect(
      pass.output.features.value, on: plan.sites, equals: "out_features", at: "out_coords")
    let gradient = try pass.inputGradient(
      from: golden.tensor("grad_out", at: "out_coords", on: plan.sites))
    try golden.expect(gradient, on: plan.sites, equals: "grad_in", at: "in_coords")
    try golden.expect(
      #require(branch?.features.gradient), on: plan.sites, equals: "grad_in_b", at: "in_coords")
  }

  @Test("every operation of the file is compared")
  func coverage() throws {
    let compared: Set = [
      "SubmanifoldConvolution", "Convolution", "Deconvolution", "NetworkInNetwork", "ReLU",
      "LeakyReLU", "AveragePooling", "UnPooling", "MaxPooling", "AddTable", "JoinTable",
      "BatchNormalization", "BatchNormReLU", "BatchNormLeakyReLU", "chain", "Sigmoid", "Tanh",
      "FullConvolution", "SparseToDense", "DenseToSparse", "InputLayer+OutputLayer",
      "BLInputLayer+BLOutputLayer",
    ]
    let operations = try Set(GoldenFile.open("layers.h5").root.groups().map { try $0.text("op") })
    #expect(operations == compared)
  }
}
