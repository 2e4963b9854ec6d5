import GoldenFiles
import Layers
import Sites
import Tensors
import Testing

/// Proves full convolutions against SparseConvNet's: sites, outputs and all gradients.
@Suite(
  "Full convolutions against SparseConvNet", .enabled(if: GoldenFile.isAvailable("layers.h5")))
struct GoldenFullConvolutionTests {
  @Test("full convolutions", arguments: GoldenLayerCase.names("FullConvolution"))
  func full(name: String) throws {
    let golden = try GoldenLayerCase(name)
    var random = RandomStream(seed: 1, stream: 0)
    let layer = try FullConvolution(
      inputChannels: golden.integer("nIn"), outputChannels: golden.integer("nOut"),
      filterSize: golden.extents("filter_size"), filterStride: golden.extents("filter_stride"),
      bias: golden.hasBias, random: &random)
    let plan = Plan(try golden.sites("in_coords"))
    try golden.check(plan, weight: layer.weight, bias: layer.bias) { try layer($0) }
    let rulebook = plan.entries[0].rulebook
    if golden.golden.hasAttribute("n_pairs") {
      #expect(try rulebook.pairCount == golden.integer("n_pairs"))
    }
    #expect(try rulebook.outputSites.spatialSize == golden.extents("out_spatial_size"))
  }
}
