import Reference

/// Features on the sites of an image, as the oracle has them.
struct OracleImage {
  var rows: [[Double]]
  let channels: Int
  let sites: [[Int]]
  let size: [Int]
}

/// The layers of SparseConvNet's ready networks over the oracle's functions, in double precision.
///
/// Parameters are found by the names that production gives them.
struct ClassicOracle {
  /// Pairs and coarser sites by the name of the layer: sites stay while parameters vary.
  private final class Geometry {
    var rulebooks: [String: [[RulePair]]] = [:]
    var sites: [String: [[Int]]] = [:]
  }

  var parameters: [String: [Double]]
  let leak: Double
  /// Whether normalisation takes its statistics from the batch.
  var usesBatch = true
  private let geometry = Geometry()

  init(parameters: [String: [Double]], leak: Double) {
    self.parameters = parameters
    self.leak = leak
  }

  func submanifold(_ x: OracleImage, _ name: String, _ channels: Int) -> OracleImage {
    convolved(x, name, channels, extent: 3, sites: x.sites, size: x.size) {
      submanifoldRulebook(sites: x.sites, filterSize: $0)
    }
  }

  func linear(_ x: OracleImage, _ name: String, _ channels: Int) -> OracleImage {
    let weights = shapedWeights(
      parameter(name, "weight"), offsets: 1, inputChannels: x.channels, outputChannels: channels)
    return OracleImage(
      rows: networkInNetwork(x.rows, weights: weights[0]), channels: channels, sites: x.sites,
      size: x.size)
  }

  func down(
    _ x: OracleImage, _ name: String, _ channels: Int, size: Int = 3, stride: Int = 2
  ) -> OracleImage {
    let (sites, coarse) = coarser(x, name, size: size, stride: stride)
    return convolved(x, name, channels, extent: size, sites: sites, size: coarse) {
      convolutionRulebook(
        input: x.sites, output: sites, filterSize: $0, stride: x.size.map { _ in stride })
    }
  }

  func up(
    _ x: OracleImage, _ name: String, _ channels: Int, onto fine: OracleImage, size: Int = 3,
    stride: Int = 2
  ) -> OracleImage {
    convolved(x, name, channels, extent: size, sites: fine.sites, size: fine.size) {
      deconvolutionRulebook(
        coarse: x.sites, fine: fine.sites, filterSize: $0, stride: x.size.map { _ in stride })
    }
  }

  func unPool(
    _ x: OracleImage, _ name: String, onto fine: OracleImage, size: Int, stride: Int
  ) -> OracleImage {
    let rulebook = rulebook(name) {
      deconvolutionRulebook(
        coarse: x.sites, fine: fine.sites, filterSize: x.size.map { _ in size },
        stride: x.size.map { _ in stride })
    }
    let rows = reduceWindows(
      x.rows, rulebook: rulebook, outputRows: fine.sites.count, channels: x.channels, by: .sum)
    return OracleImage(rows: rows, channels: x.channels, sites: fine.sites, size: fine.size)
  }

  func maxPool(_ x: OracleImage, _ name: String, size: Int, stride: Int) -> OracleImage {
    let (sites, coarse) = coarser(x, name, size: size, stride: stride)
    let rulebook = rulebook(name) {
      convolutionRulebook(
        input: x.sites, output: sites, filterSize: x.size.map { _ in size },
        stride: x.size.map { _ in stride })
    }
    let rows = reduceWindows(
      x.rows, rulebook: rulebook, outputRows: sites.count, channels: x.channels, by: .maximum)
    return OracleImage(rows: rows, channels: x.channels, sites: sites, size: coarse)
  }

  func normalization(_ x: OracleImage, _ name: String) -> OracleImage {
    let (scale, shift) = (parameter(name, "scale"), parameter(name, "shift"))
    var result = x
    result.rows =
      usesBatch
      ? batchNormalizationTraining(
        x.rows, scale: scale, shift: shift, epsilon: 1e-4, leak: leak
      ).features
      : batchNormalization(
        x.rows, mean: parameter(name, "runningMean"),
        variance: parameter(name, "runningVariance"), scale: scale, shift: shift, epsilon: 1e-4,
        leak: leak)
    return result
  }

  func sum(_ x: OracleImage, _ y: OracleImage) -> OracleImage {
    OracleImage(rows: add(x.rows, y.rows), channels: x.channels, sites: x.sites, size: x.size)
  }

  func joined(_ x: OracleImage, _ y: OracleImage) -> OracleImage {
    OracleImage(
      rows: join(x.rows, y.rows), channels: x.channels + y.channels, sites: x.sites, size: x.size)
  }

  private func convolved(
    _ x: OracleImage, _ name: String, _ channels: Int, extent: Int, sites: [[Int]], size: [Int],
    pairs: (_ filterSize: [Int]) -> [[RulePair]]
  ) -> OracleImage {
    let filterSize = x.size.map { _ in extent }
    let weights = shapedWeights(
      parameter(name, "weight"), offsets: filterSize.reduce(1, *), inputChannels: x.channels,
      outputChannels: channels)
    let rows = applyRulebook(
      x.rows, rulebook: rulebook(name) { pairs(filterSize) }, outputRows: sites.count,
      weights: weights)
    return OracleImage(rows: rows, channels: channels, sites: sites, size: size)
  }

  private func coarser(
    _ x: OracleImage, _ name: String, size: Int, stride: Int
  ) -> (sites: [[Int]], size: [Int]) {
    let (extents, steps) = (x.size.map { _ in size }, x.size.map { _ in stride })
    let sites =
      geometry.sites[name]
      ?? convolutionSites(of: x.sites, filterSize: extents, stride: steps, spatialSize: x.size)
    geometry.sites[name] = sites
    return (
      sites, convolutionOutputSize(spatialSize: x.size, filterSize: extents, stride: steps)
    )
  }

  private func rulebook(_ name: String, _ make: () -> [[RulePair]]) -> [[RulePair]] {
    let pairs = geometry.rulebooks[name] ?? make()
    geometry.rulebooks[name] = pairs
    return pairs
  }

  private func parameter(_ name: String, _ field: String) -> [Double] {
    parameters["\(name).\(field)"] ?? []
  }
}
