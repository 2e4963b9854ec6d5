import Autodiff
import Layers
import Tensors
import Training

/// How far two networks are apart on the same events: layer by layer, and gradient by gradient.
///
/// Differences are the largest of any value, relative to the largest value there is of the kind: of the
/// layer's result, or of all gradients of the layer that a parameter belongs to. A bias that
/// normalisation takes away again has no gradient of its own to compare with.
struct NetworkDifference {
  /// One layer, or the parameters of one.
  struct Row: Codable {
    let name: String
    /// The largest difference of a value.
    var difference = 0.0
    /// The largest value.
    var largest = 0.0

    var relative: Double { difference == 0 ? 0 : difference / largest }

    mutating func take(_ other: Row) {
      difference = max(difference, other.difference)
      largest = max(largest, other.largest)
    }

    mutating func take(_ left: Float, _ right: Float) {
      let distance = abs(Double(left) - Double(right))
      // What is not a number is as far away as can be.
      difference = max(difference, distance.isNaN ? .infinity : distance)
      largest = max(largest, abs(Double(left)))
    }
  }

  private(set) var layers: [Row] = []
  private(set) var gradients: [Row] = []

  /// Of the networks' results for sites.
  var logits: Double { layers.last { $0.name == "classifier" }?.relative ?? 0 }

  /// Of all gradients, relative to the largest of them.
  var gradient: Double {
    gradients.reduce(into: Row(name: "all")) { $0.take($1) }.relative
  }

  /// Compares two networks on one event more.
  ///
  /// Both take mean and variance from the event, and keep no statistics.
  mutating func compare(
    _ first: HeadPass, _ second: HeadPass, on batch: LabelledSites, loss: SegmentationLoss,
    threads: Threads
  ) throws {
    let (ours, theirs) = (
      try Pass(first, batch, loss, threads), try Pass(second, batch, loss, threads)
    )
    let found = zip(ours.layers, theirs.layers).map { Self.row($0.name, $0.values, $1.values) }
    Self.merge(found, into: &layers)
    var parts: [Row] = []
    for (our, their) in zip(ours.gradients, theirs.gradients) {
      let part = our.name.split(separator: ".").dropLast().joined(separator: ".")
      let row = Self.row(part, our.values, their.values)
      if parts.last?.name == part { parts[parts.count - 1].take(row) } else { parts.append(row) }
    }
    Self.merge(parts, into: &gradients)
  }

  private static func merge(_ found: [Row], into rows: inout [Row]) {
    if rows.isEmpty { rows = found }
    for index in found.indices where index < rows.count { rows[index].take(found[index]) }
  }

  private static func row(_ name: String, _ ours: [Float], _ theirs: [Float]) -> Row {
    var row = Row(name: name)
    for (our, their) in zip(ours, theirs) { row.take(our, their) }
    if ours.count != theirs.count { row.difference = .infinity }
    return row
  }

  /// What one network made of a batch.
  private struct Pass {
    let layers: [(name: String, values: [Float])]
    let gradients: [(name: String, values: [Float])]

    init(
      _ pass: HeadPass, _ batch: LabelledSites, _ loss: SegmentationLoss, _ threads: Threads
    ) throws {
      let named = pass.network.namedTrainedParameters
      for (_, parameter) in named { parameter.clearGradient() }
      let tape = Tape(.training, compute: Compute(threads: threads), statistics: .batch)
      var seen: [(name: String, values: [Float])] = []
      let trace = Trace()
      trace.watcher = { seen.append(($0.joined(separator: "."), $1.array)) }
      tape.trace = trace
      let features = Tensor(rows: batch.count, channels: batch.channels, batch.features)
      let said = try pass.run(SparseTensor(features, plan: batch.plan, tape: tape))
      let result = try loss(said.scores, batch)
      tape.backward(from: result.parts + (said.otherLoss?.parts ?? []))
      layers = seen
      gradients = named.map { ($0.name, $0.parameter.gradient.array) }
    }
  }
}
