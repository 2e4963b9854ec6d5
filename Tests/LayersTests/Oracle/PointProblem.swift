import Autodiff
import Layers
import Reference
import Sites
import Tensors

/// Random points, sites and images, and an operator between them: production's and the oracle's.
struct PointProblem: CustomStringConvertible, Sendable {
  enum Operator: CaseIterable, Sendable {
    case inputFirst
    case inputLast
    case inputSum
    case inputMean
    case output
    case featuresAtPoints
    case sparseToDense
    case denseToSparse
    case pruning
    case union
    case poolSum
    case poolAverage
    case poolMax
    case broadcastAdd
    case broadcastMultiply
    case broadcastJoin
  }

  let kind: Operator
  let count: Int
  let events: [Int]
  let spatialSize: [Int]
  let sites: [[Int]]
  /// Sites of a second branch.
  let otherSites: [[Int]]
  /// Several points at some places, and nil for empty rows.
  let points: [[Int]?]
  /// Rows for each event, if the points are in the padded form.
  let length: Int?

  static let batchSize = 4
  static let channels = 3
  static let fill = [0.5, -1.0, 0.25]

  var description: String {
    "\(kind) in \(spatialSize.count) dimensions, \(count) sites in events \(events)"
  }

  static func all(counts: [Int]) -> [PointProblem] {
    Operator.allCases.flatMap { kind in
      (1...4).flatMap { dimension in
        counts.flatMap { count in
          // An empty event in the middle and at the end; then at the beginning.
          [[0, 2], [1, 2, 3]].map { events in
            let isDense = kind == .sparseToDense || kind == .denseToSparse
            return PointProblem(
              kind, count: count, events: events,
              spatialSize: Array((isDense ? [5, 3, 2, 3] : [8, 6, 4, 6]).prefix(dimension)))
          }
        }
      }
    }
  }

  init(_ kind: Operator, count: Int, events: [Int], spatialSize: [Int]) {
    self.kind = kind
    self.count = count
    self.events = events
    self.spatialSize = spatialSize
    var random = SplitMix(seed: UInt64(count * 10 + spatialSize.count))
    sites = randomSites(count, events: events, spatialSize: spatialSize, random: &random)
    otherSites = randomSites(count, events: [0, 1], spatialSize: spatialSize, random: &random)
    let repeated = sites.flatMap { site in
      Array(repeating: site, count: Int.random(in: 1...3, using: &random))
    }
    var points: [[Int]?] = []
    if spatialSize.count % 2 == 0 {
      let lists = (0..<Self.batchSize).map { event in repeated.filter { $0[0] == event } }
      let length = (lists.map(\.count).max() ?? 0) + 2
      for list in lists {
        let padded: [[Int]?] = list + Array(repeating: nil, count: length - list.count)
        points += padded.shuffled(using: &random)
      }
      self.length = length
    } else {
      points = repeated.shuffled(using: &random)
      length = nil
    }
    self.points = points
  }

  /// Rows and channels of each operand.
  var operands: [(rows: Int, channels: Int)] {
    let (onSites, channels) = ((sites.count, Self.channels), Self.channels)
    switch kind {
    case .inputFirst, .inputLast, .inputSum, .inputMean: return [(points.count, channels)]
    case .denseToSparse:
      return [(spatialSize.reduce(Self.batchSize, *), channels)]
    case .union: return [onSites, (otherSites.count, channels), onSites]
    case .broadcastAdd, .broadcastMultiply: return [onSites, (Self.batchSize, channels)]
    case .broadcastJoin: return [onSites, (Self.batchSize, 2)]
    default: return [onSites]
    }
  }

  /// Whether each site is kept by pruning: two of three.
  var mask: [Bool] { sites.indices.map { $0 % 3 != 1 } }

  /// Rows asked for at points: repeated, left out, and none at all.
  var askedRows: [Int] {
    points.indices.map { $0 % 5 == 0 || sites.isEmpty ? -1 : $0 * $0 % sites.count }
  }

  /// Random values of every operand.
  func values() -> [[[Double]]] {
    var random = SplitMix(seed: 5)
    return operands.map { operand in
      var rows = random.rows(operand.rows, channels: operand.channels)
      if kind == .denseToSparse {
        let active = Set(sites)
        let positions = allPositions(batchSize: Self.batchSize, spatialSize: spatialSize)
        for (row, position) in positions.enumerated() where !active.contains(position) {
          rows[row] = Array(repeating: 0, count: operand.channels)
        }
      }
      return rows
    }
  }

  /// The oracle's result.
  func reference(_ inputs: [[[Double]]]) -> [[Double]] {
    let (x, channels) = (inputs[0], Self.channels)
    switch kind {
    case .inputFirst:
      return featuresOnSites(x, points: points, rule: .first, channels: channels)
    case .inputLast: return featuresOnSites(x, points: points, rule: .last, channels: channels)
    case .inputSum: return featuresOnSites(x, points: points, rule: .sum, channels: channels)
    case .inputMean: return featuresOnSites(x, points: points, rule: .mean, channels: channels)
    case .output:
      return Reference.featuresAtPoints(x, sites: sites, points: points, channels: channels)
    case .featuresAtPoints:
      return askedRows.map { $0 < 0 ? Array(repeating: 0, count: channels) : x[$0] }
    case .sparseToDense:
      return featuresOnPositions(
        x, sites: sites, batchSize: Self.batchSize, spatialSize: spatialSize, fill: Self.fill)
    case .denseToSparse:
      // The sites are held fixed, as they are in a gradient.
      let rows = rowNumbers(
        of: allPositions(batchSize: Self.batchSize, spatialSize: spatialSize))
      return sites.compactMap { rows[$0] }.map { x[$0] }
    case .pruning: return zip(x, mask).compactMap { $1 ? $0 : nil }
    case .union:
      return unionSum(
        [(x, sites), (inputs[1], otherSites), (inputs[2], sites)], channels: channels)
    case .poolSum, .poolAverage, .poolMax:
      return eventRows(
        x, sites: sites, batchSize: Self.batchSize,
        reduction: kind == .poolSum ? .sum : kind == .poolMax ? .max : .average,
        channels: channels)
    case .broadcastAdd, .broadcastMultiply, .broadcastJoin:
      return combinedWithEvents(x, sites: sites, events: inputs[1]) { site, event in
        switch kind {
        case .broadcastAdd: zip(site, event).map { $0 + $1 }
        case .broadcastMultiply: zip(site, event).map { $0 * $1 }
        default: site + event
        }
      }
    }
  }
}
