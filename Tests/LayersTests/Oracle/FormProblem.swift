import Layers
import Reference
import Sites
import Tensors
import TestSites

extension FilterGeometry.Shape {
  /// The production shape of the oracle's.
  init(_ kind: FilterCells.Kind) {
    self =
      switch kind {
      case .box: .box
      case .cross: .cross
      case .chosen(let positions): .cells(positions)
      }
  }
}

/// A layer over a filter of any shape and form, random sites, and the oracle's rulebook.
struct FormProblem: LayerProblem {
  enum Operator: String, CaseIterable, Sendable {
    case submanifold, submanifoldOnto, strided, stridedOnto, full, fullOnto
    case inverseOfStrided, inverseOfFull, inverseOfGiven
    case maximum, sum, average, activeAverage, unPooling
  }

  let layer: Operator
  let filter: FilterCells
  let spatialSize: [Int]
  /// Sites that the layer reads and writes, as the oracle has them.
  let inputSites: [[Int]]
  let outputSites: [[Int]]
  /// Pairs from input to output.
  let pairs: [[RulePair]]
  private let form: ConvolutionForm

  var description: String {
    "\(layer.rawValue), \(filter), \(inputSites.count) → \(outputSites.count) sites"
  }
  var isInverse: Bool {
    [.inverseOfStrided, .inverseOfFull, .inverseOfGiven, .unPooling].contains(layer)
  }
  var isOnto: Bool { [.submanifoldOnto, .stridedOnto, .fullOnto].contains(layer) }
  var hasWeight: Bool { reduction == nil }
  var inputChannels: Int { 2 }
  var outputChannels: Int { hasWeight ? 3 : inputChannels }
  private var reduction: Reduction? {
    switch layer {
    case .maximum: .maximum
    case .sum, .unPooling: .sum
    case .average: .averageOverVolume
    case .activeAverage: .averageOverActive
    default: nil
    }
  }

  /// A problem on a small image that the filter divides, unless a size is given that it divides.
  init(
    _ layer: Operator, _ filter: FilterCells, count: Int, events: [Int], spatialSize: [Int]? = nil
  ) {
    self.layer = layer
    form =
      switch layer {
      case .submanifold, .submanifoldOnto: .submanifold
      case .full, .fullOnto, .inverseOfFull: .full
      default: .strided
      }
    self.filter = form == .submanifold ? FilterVariety.unstrided(filter) : filter
    let spatialSize = spatialSize ?? FilterVariety.spatialSize(for: filter)
    self.spatialSize = spatialSize
    var random = SplitMix(seed: UInt64(count * 10 + filter.size.count))
    let sites = randomSites(count, events: events, spatialSize: spatialSize, random: &random)
    var targets = Reference.outputSites(
      of: sites, self.filter, form: form, spatialSize: spatialSize)
    if [.submanifoldOnto, .stridedOnto, .fullOnto, .inverseOfGiven].contains(layer) {
      // Some that are reached, and some that are not.
      let others = randomSites(
        count / 2, events: [0, 1, 2],
        spatialSize: outputSize(of: spatialSize, self.filter, form: form), random: &random)
      targets = sortedSites(
        Set(targets.indices.filter { $0 % 3 != 1 }.map { targets[$0] } + others))
    }
    let pairs = generalRulebook(input: sites, output: targets, self.filter, form: form)
    let isInverse = [.inverseOfStrided, .inverseOfFull, .inverseOfGiven, .unPooling].contains(layer)
    (inputSites, outputSites) = isInverse ? (targets, sites) : (sites, targets)
    self.pairs = isInverse ? inverted(pairs) : pairs
  }

  /// The oracle's result.
  func reference(_ features: [[Double]], _ parameters: [[Double]]) -> [[Double]] {
    if let reduction {
      return reduceWindows(
        features, rulebook: pairs, outputRows: outputSites.count, channels: inputChannels,
        by: reduction)
    }
    return applyRulebook(
      features, rulebook: pairs, outputRows: outputSites.count,
      weights: shapedWeights(
        parameters[0], offsets: pairs.count, inputChannels: inputChannels,
        outputChannels: outputChannels), bias: parameters[1])
  }

  private var coarseSize: [Int] { outputSize(of: spatialSize, filter, form: form) }

  /// The production sites that the layer writes.
  func outputSet() throws -> SiteSet {
    try siteSet(outputSites, batchSize: 4, spatialSize: isInverse ? spatialSize : coarseSize)
  }

  /// A production plan on the input's sites; an inverse finds in it what it inverts.
  func plan() throws -> Plan {
    let plan = Plan(
      try siteSet(inputSites, batchSize: 4, spatialSize: isInverse ? coarseSize : spatialSize))
    guard isInverse else { return plan }
    let geometry = FilterGeometry(
      size: filter.size, stride: filter.stride, dilation: filter.dilation,
      shape: .init(filter.kind))
    switch layer {
    case .inverseOfFull: _ = try plan.full(outputSet(), geometry)
    case .inverseOfGiven:
      _ = try plan.onto(plan.sites, from: outputSet(), geometry, form: .strided)
    default: _ = try plan.strided(outputSet(), geometry)
    }
    return plan
  }
}
