/// The layers the network is made of, with their parameters looked up by name.
extension UResNetPass {
  /// A submanifold convolution.
  mutating func submanifold(
    _ input: Activation, _ path: String, filterSize: [Int], channels: Int
  ) throws -> Activation {
    let key = RulebookKey(spatialSize: input.spatialSize, filterSize: filterSize, stride: [])
    let rulebook = rulebook(key) {
      submanifoldRulebook(sites: input.sites, filterSize: filterSize)
    }
    return try convolve(
      input, path, rulebook: rulebook, volume: filterSize.reduce(1, *), channels: channels,
      onto: input)
  }

  /// A strided convolution onto the sites it makes.
  mutating func strided(
    _ input: Activation, _ path: String, filterSize: [Int], stride: [Int], channels: Int
  ) throws -> Activation {
    let output = coarser(input, filterSize: filterSize, stride: stride)
    let key = RulebookKey(
      spatialSize: input.spatialSize, filterSize: filterSize, stride: stride)
    let rulebook = rulebook(key) {
      convolutionRulebook(
        input: input.sites, output: output.sites, filterSize: filterSize, stride: stride)
    }
    return try convolve(
      input, path, rulebook: rulebook, volume: filterSize.reduce(1, *), channels: channels,
      onto: output)
  }

  /// A deconvolution onto the sites of `fine`.
  mutating func transposed(
    _ input: Activation, _ path: String, onto fine: Activation, filterSize: [Int],
    stride: [Int], channels: Int
  ) throws -> Activation {
    let rulebook = deconvolutionRulebook(
      coarse: input.sites, fine: fine.sites, filterSize: filterSize, stride: stride)
    return try convolve(
      input, path, rulebook: rulebook, volume: filterSize.reduce(1, *), channels: channels,
      onto: fine)
  }

  /// The sum over a rulebook, with the weights and the bias of `path`.
  private func convolve(
    _ input: Activation, _ path: String, rulebook: [[RulePair]], volume: Int, channels: Int,
    onto target: Activation
  ) throws -> Activation {
    let values = try parameter(path + ".weight", count: volume * input.channels * channels)
    var output = target
    output.channels = channels
    output.features = applyRulebook(
      input.features, rulebook: rulebook, outputRows: target.sites.count,
      weights: shapedWeights(
        values, offsets: volume, inputChannels: input.channels, outputChannels: channels))
    let bias = try planeParameters(path + ".bias", of: output, isOptional: true)
    for (row, site) in output.sites.enumerated() where !bias.isEmpty {
      output.features[row] = zip(output.features[row], bias[site[1]]).map { $0 + $1 }
    }
    return output
  }

  /// The rulebook made before for the same key, or a new one: within one pass a spatial size has
  /// one set of sites.
  private mutating func rulebook(
    _ key: RulebookKey, make: () -> [[RulePair]]
  ) -> [[RulePair]] {
    if let known = rulebooks[key] { return known }
    let made = make()
    rulebooks[key] = made
    return made
  }

  /// Max pooling of 1×2×2 by steps of 1×2×2.
  func pooled(_ input: Activation) -> Activation {
    var output = coarser(input, filterSize: [1, 2, 2], stride: [1, 2, 2])
    output.features = maxPooling(
      input.features, sites: input.sites, outputSites: output.sites, filterSize: [1, 2, 2],
      stride: [1, 2, 2])
    return output
  }

  /// Unpooling of 1×2×2 onto the sites of `fine`.
  func unpooled(_ input: Activation, onto fine: Activation) -> Activation {
    var output = fine
    output.channels = input.channels
    output.features = unPooling(
      input.features, sites: input.sites, fineSites: fine.sites, filterSize: [1, 2, 2],
      stride: [1, 2, 2])
    return output
  }

  /// Normalization and rectifier, or the rectifier alone in a network without normalization.
  mutating func activate(_ input: Activation, _ names: [String]) throws -> Activation {
    var output = try normalize(input, names)
    output.features = leakyReLU(output.features, leak: configuration.leak)
    return output
  }

  /// Normalization under the first of `names` that has parameters; none if the network has none.
  mutating func normalize(_ input: Activation, _ names: [String]) throws -> Activation {
    guard configuration.batchNormalization else { return input }
    let name = names.first { parameters[$0 + ".weight"] != nil } ?? names[0]
    let scale = try planeParameters(name + ".weight", of: input)
    let shift = try planeParameters(name + ".bias", of: input)
    let isTraining = mode == .training
    let mean = try planeParameters(name + ".running_mean", of: input, isOptional: isTraining)
    let variance = try planeParameters(name + ".running_var", of: input, isOptional: isTraining)
    var output = input
    for (plane, rows) in rowsNormalizedTogether(input).enumerated() {
      let together = rows.map { input.features[$0] }
      let batch = BatchStatistics(of: together, channels: input.channels)
      let normalized = Reference.batchNormalization(
        together, mean: isTraining ? batch.mean : mean[plane],
        variance: isTraining ? batch.biasedVariance : variance[plane], scale: scale[plane],
        shift: shift[plane], epsilon: configuration.epsilon)
      for (row, values) in zip(rows, normalized) { output.features[row] = values }
      if isTraining { statistics[name, default: []].append(batch) }
    }
    return output
  }

  private func rowsNormalizedTogether(_ input: Activation) -> [[Int]] {
    switch configuration.statisticsScope {
    case .allPlanes: [Array(input.sites.indices)]
    case .eachPlane:
      (0..<input.spatialSize[0]).map { plane in
        input.sites.indices.filter { input.sites[$0][1] == plane }
      }
    }
  }

  /// A parameter per channel for every plane, the same for all unless there are planes × channels.
  ///
  /// - Returns: indexed `[plane][channel]`; empty if it is optional and absent.
  private func planeParameters(
    _ name: String, of activation: Activation, isOptional: Bool = false
  ) throws -> [[Double]] {
    if isOptional && parameters[name] == nil { return [] }
    let planes = max(1, activation.spatialSize[0])
    let channels = activation.channels
    let isPerPlane = configuration.statisticsScope == .eachPlane
    guard isPerPlane, parameters[name]?.count == planes * channels else {
      return Array(repeating: try parameter(name, count: channels), count: planes)
    }
    let values = try parameter(name, count: planes * channels)
    return (0..<planes).map { Array(values[$0 * channels..<($0 + 1) * channels]) }
  }

  private func coarser(_ input: Activation, filterSize: [Int], stride: [Int]) -> Activation {
    var output = input
    output.sites = convolutionSites(
      of: input.sites, filterSize: filterSize, stride: stride, spatialSize: input.spatialSize)
    output.spatialSize = convolutionOutputSize(
      spatialSize: input.spatialSize, filterSize: filterSize, stride: stride)
    return output
  }

  private func parameter(_ name: String, count: Int) throws -> [Double] {
    guard let values = parameters[name] else {
      throw ReferenceParameterError(description: "The network needs a parameter \(name).")
    }
    guard values.count == count else {
      throw ReferenceParameterError(
        description: "Parameter \(name) has \(values.count) values where \(count) are needed.")
    }
    return values
  }
}
