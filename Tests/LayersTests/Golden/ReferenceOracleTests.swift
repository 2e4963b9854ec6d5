import GoldenFiles
import Reference
import Testing

/// Proves the oracle itself: every layer of it against numbers of the real SparseConvNet.
@Suite("Reference layers against SparseConvNet", .enabled(if: GoldenFile.isAvailable("layers.h5")))
struct ReferenceOracleTests {
  /// SparseConvNet works in single precision and is itself within 1.2e-6 of double.
  static let tolerance = 1e-5

  let file: GoldenFile

  init() throws { file = try GoldenFile.open("layers.h5") }

  /// The cases whose operation has one of these names.
  func cases(_ operations: String...) throws -> [GoldenGroup] {
    try file.root.groups().filter { operations.contains(try $0.text("op")) }
  }

  /// Compares rows by coordinate, whatever order the file keeps them in.
  func expectEqual(
    _ features: [[Double]], at sites: [[Int]], in golden: GoldenGroup,
    _ dataset: String = "out_features", coordinates: String = "out_coords",
    tolerance: Double = tolerance
  ) throws {
    let goldenSites = try golden.sites(coordinates)
    let goldenRows = try golden.rows(dataset)
    #expect(sortedSites(sites) == sortedSites(goldenSites), "\(golden.name): sites")
    let ours = sortingOrder(of: sites).map { features[$0] }
    let theirs = sortingOrder(of: goldenSites).map { goldenRows[$0] }
    let difference = compare(ours, with: theirs)
    #expect(difference.scaledError <= tolerance, "\(golden.name): \(difference)")
  }

  /// The weights of a convolution case, grouped channels written out as a block diagonal.
  func weights(of golden: GoldenGroup) throws -> [[[Double]]] {
    let input = try golden.integer("nIn")
    let output = try golden.integer("nOut")
    let groups = golden.hasAttribute("groups") ? try golden.integer("groups") : 1
    return try blockDiagonalWeights(
      golden.doubles("weight"), offsets: golden.shape(of: "weight")[0], groups: groups,
      inputChannels: input, outputChannels: output)
  }

  func bias(of golden: GoldenGroup) throws -> [Double]? {
    golden.hasDataset("bias") ? try golden.doubles("bias") : nil
  }

  @Test("submanifold convolutions of every size, parity and grouping")
  func submanifoldConvolutions() throws {
    for golden in try cases("SubmanifoldConvolution") {
      let sites = try golden.sites("in_coords")
      let size = try golden.integerList("filter_size")
      let pairs = submanifoldRulebook(sites: sites, filterSize: size).map(\.count).reduce(0, +)
      if golden.hasAttribute("n_pairs") { #expect(try pairs == golden.integer("n_pairs")) }
      let output = try submanifoldConvolution(
        golden.rows("in_features"), sites: sites, filterSize: size,
        weights: weights(of: golden), bias: bias(of: golden))
      try expectEqual(output, at: sites, in: golden)
    }
  }

  @Test("strided convolutions: output sites, pairs and values")
  func convolutions() throws {
    for golden in try cases("Convolution") {
      let sites = try golden.sites("in_coords")
      let size = try golden.integerList("filter_size")
      let stride = try golden.integerList("filter_stride")
      let spatialSize = try golden.integerList("in_spatial_size")
      let outputSize = convolutionOutputSize(
        spatialSize: spatialSize, filterSize: size, stride: stride)
      #expect(try outputSize == golden.integerList("out_spatial_size"), "\(golden.name)")
      let coarse = convolutionSites(
        of: sites, filterSize: size, stride: stride, spatialSize: spatialSize)
      let rulebook = convolutionRulebook(
        input: sites, output: coarse, filterSize: size, stride: stride)
      #expect(try rulebook.map(\.count).reduce(0, +) == golden.integer("n_pairs"))
      let output = try convolution(
        golden.rows("in_features"), sites: sites, outputSites: coarse, filterSize: size,
        stride: stride, weights: weights(of: golden), bias: bias(of: golden))
      try expectEqual(output, at: coarse, in: golden)
    }
  }

  @Test("deconvolutions back onto the fine sites")
  func deconvolutions() throws {
    for golden in try cases("Deconvolution") {
      let fine = try golden.sites("fine_coords")
      let output = try deconvolution(
        golden.rows("in_features"), sites: golden.sites("in_coords"), fineSites: fine,
        filterSize: golden.integerList("filter_size"),
        stride: golden.integerList("filter_stride"), weights: weights(of: golden),
        bias: bias(of: golden))
      try expectEqual(output, at: fine, in: golden)
    }
  }

  @Test("full convolutions onto every site they reach")
  func fullConvolutions() throws {
    for golden in try cases("FullConvolution") {
      let sites = try golden.sites("in_coords")
      let size = try golden.integerList("filter_size")
      let stride = try golden.integerList("filter_stride")
      let reached = fullConvolutionSites(of: sites, filterSize: size, stride: stride)
      let output = try deconvolution(
        golden.rows("in_features"), sites: sites, fineSites: reached, filterSize: size,
        stride: stride, weights: weights(of: golden), bias: bias(of: golden))
      try expectEqual(output, at: reached, in: golden)
    }
  }
}
