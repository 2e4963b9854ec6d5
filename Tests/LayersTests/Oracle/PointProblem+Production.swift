import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

extension PointProblem {
  /// A packing of the problem's batch and image.
  func packing() throws -> SitePacking {
    try SitePacking(batchSize: Self.batchSize, spatialSize: spatialSize)
  }

  /// The production map of the problem's points.
  func pointMap() throws -> PointMap {
    let empty = [Int](repeating: -1, count: spatialSize.count)
    let coordinates = points.flatMap { $0.map { Array($0.dropFirst()) } ?? empty }.map { Int32($0) }
    if let length {
      return try PointMap(packing: packing(), paddedCoordinates: coordinates, length: length)
    }
    return try PointMap(
      packing: packing(), coordinates: coordinates, events: points.map { Int32($0?[0] ?? -1) })
  }

  private func siteSet(_ sites: [[Int]]) throws -> SiteSet {
    try TestSites.siteSet(sites, batchSize: Self.batchSize, spatialSize: spatialSize)
  }

  /// Operands of a planning tape.
  func placeholders(_ tape: Tape) -> [Variable] {
    operands.map { tape.placeholder(rows: $0.rows, channels: $0.channels) }
  }

  /// The production operator.
  ///
  /// - Parameter inputs: a variable for each operand.
  func production(_ inputs: [Variable]) throws -> Variable {
    let plan = Plan(try siteSet(sites))
    func onSites(_ operand: Int = 0, _ other: Plan? = nil) throws -> SparseTensor {
      try sparse(inputs[operand], plan: other ?? plan)
    }
    func input(_ duplicates: InputLayer.Duplicates) throws -> Variable {
      let map = try pointMap()
      return try InputLayer(duplicates: duplicates)(
        inputs[0], at: map, plan: Plan(map.sites)
      ).features
    }
    func broadcast(_ combination: Broadcast.Combination) throws -> Variable {
      let events = try SiteSet.events(batchSize: Self.batchSize, dimension: spatialSize.count)
      return try Broadcast(combination)(onSites(), events: onSites(1, Plan(events))).features
    }
    switch kind {
    case .inputFirst: return try input(.first)
    case .inputLast: return try input(.last)
    case .inputSum: return try input(.sum)
    case .inputMean: return try input(.mean)
    case .output: return try OutputLayer()(onSites(), at: pointMap())
    case .featuresAtPoints:
      return try FeaturesAtPoints()(onSites(), rows: askedRows.map { Int32($0) })
    case .sparseToDense:
      return try SparseToDense(fillOfChannels: Self.fill.map { Float($0) })(onSites()).features
    case .denseToSparse: return try DenseToSparse()(dense(inputs[0])).features
    case .pruning: return try Pruning()(onSites(), keeping: mask).features
    case .union:
      let other = Plan(try siteSet(otherSites))
      return try UnionAdd()([onSites(), onSites(1, other), onSites(2)]).features
    case .poolSum: return try GlobalPooling(.sum)(onSites()).features
    case .poolAverage: return try GlobalPooling(.average)(onSites()).features
    case .poolMax: return try GlobalPooling(.max)(onSites()).features
    case .broadcastAdd: return try broadcast(.add)
    case .broadcastMultiply: return try broadcast(.multiply)
    case .broadcastJoin: return try broadcast(.join)
    }
  }

  /// A variable as features on a plan's sites, by the layer that takes one point for each site.
  private func sparse(_ features: Variable, plan: Plan) throws -> SparseTensor {
    let map = try PointMap(packing: plan.sites.packing, keys: plan.sites.keys)
    return try InputLayer()(features, at: map, plan: plan)
  }

  private func dense(_ features: Variable) throws -> DenseTensor {
    try DenseTensor(features, batchSize: Self.batchSize, spatialSize: spatialSize)
  }
}

/// One forward and backward pass of a problem.
struct PointPass {
  let inputs: [[[Double]]]
  let output: [[Double]]
  /// Gradients of the operands.
  let check: GradientCheck

  init(_ problem: PointProblem, threads: Int = 2) throws {
    inputs = problem.values()
    let tape = Tape(
      .training,
      compute: Compute(threads: Threads(count: threads), arena: Arena(chunkBytes: 1 << 16)))
    let variables = zip(inputs, problem.operands).map { values, operand in
      tape.variable(tensor(values, channels: operand.channels), needsGradient: true)
    }
    let result = try problem.production(variables)
    output = rows(result.value)
    var random = SplitMix(seed: 9)
    let outputGradient = random.rows(result.rows, channels: result.channels)
    tape.backward(from: result, gradient: tensor(outputGradient, channels: result.channels))
    check = GradientCheck(
      operands: inputs.map { Array($0.joined()) },
      gradients: try variables.map { try #require($0.gradient).array.map(Double.init) },
      outputGradient: outputGradient
    ) { values in
      problem.reference(
        zip(values, problem.operands).map { shaped($0, channels: $1.channels) })
    }
  }
}
