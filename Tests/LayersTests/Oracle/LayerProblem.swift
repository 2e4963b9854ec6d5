import Autodiff
import Layers
import Reference
import Sites
import Tensors
import TestSites

/// A layer on random sites: production's and the oracle's.
protocol LayerProblem: CustomStringConvertible, Sendable {
  /// Sites that the layer reads, sorted.
  var inputSites: [[Int]] { get }
  var inputChannels: Int { get }
  /// Features are between this and its negative.
  var spread: Double { get }

  /// The production layer.
  func production() -> any Layer<SparseTensor>

  /// A production plan on the input's sites; an inverse finds in it what it inverts.
  func plan() throws -> Plan

  /// Applies the production layer, if that takes more than its input.
  func apply(_ layer: any Layer<SparseTensor>, to input: SparseTensor) throws -> SparseTensor

  /// The oracle's result for the layer's trained parameters, in their order.
  func reference(_ input: [[Double]], _ parameters: [[Double]]) -> [[Double]]
}

extension LayerProblem {
  var spread: Double { 1 }

  func apply(_ layer: any Layer<SparseTensor>, to input: SparseTensor) throws -> SparseTensor {
    try layer(input)
  }
}

/// What one layer computed from random numbers, forward and backward.
struct LayerOutcome {
  let problem: any LayerProblem
  let features: [[Double]]
  let parameters: [[Double]]
  let sites: SiteSet
  let output: Tensor
  /// Gradients of the input, and then of each trained parameter.
  let check: GradientCheck

  init(_ problem: any LayerProblem, threads: Int = 2) throws {
    self.problem = problem
    let channels = problem.inputChannels
    var random = SplitMix(seed: 11)
    features = random.rows(problem.inputSites.count, channels: channels).map { row in
      row.map { problem.spread * $0 }
    }
    let layer = problem.production()
    let trained = layer.trainedParameters
    parameters = trained.map { random.values($0.count) }
    for (parameter, values) in zip(trained, parameters) { parameter.set(values) }
    let pass = try LayerPass(
      tensor(features, channels: channels), plan: problem.plan(), threads: threads
    ) { try problem.apply(layer, to: $0) }
    sites = pass.output.sites
    output = pass.output.features.value
    let outputGradient = random.rows(output.rows, channels: output.channels)
    let inputGradient = try pass.inputGradient(
      from: tensor(outputGradient, channels: output.channels))
    check = GradientCheck(
      operands: [Array(features.joined())] + parameters,
      gradients: [inputGradient.array.map(Double.init)] + trained.map(\.gradientDoubles),
      outputGradient: outputGradient
    ) { problem.reference(shaped($0[0], channels: channels), Array($0.dropFirst())) }
  }

  var inputGradient: [Double] { check.gradients[0] }

  /// How far the output is from the oracle's.
  func comparison() -> Comparison {
    compare(rows(output), with: problem.reference(features, parameters))
  }

  /// Everything that must not depend on the number of threads.
  var bits: [[UInt64]] {
    ([output.array.map(Double.init)] + check.gradients).map { $0.map(\.bitPattern) }
  }
}
