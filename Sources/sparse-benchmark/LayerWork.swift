import Kernels
import Layers
import Sites
import Tensors

/// The layers whose kernels are timed.
enum LayerKind: String, CaseIterable {
  /// 3×3 on the sites there are.
  case submanifold
  /// 2×2 with stride 2, to coarser sites.
  case strided
  /// Back from that.
  case inverse
  /// One site by itself: 1×1.
  case networkInNetwork = "network-in-network"
}

/// The three products of a layer's training step.
enum LayerPass: String, CaseIterable {
  case forward
  case inputGradient = "input-gradient"
  case weightGradient = "weight-gradient"
}

/// One layer on some sites, with random features.
struct LayerWork {
  /// Rows that are written.
  let sites: Int
  /// Pairs of rows; the sites themselves for 1×1.
  let pairs: Int
  let channels: Int

  private let rulebook: Rulebook?
  private let direction: Direction
  private let input: Tensor
  private let outputGradient: Tensor
  private let weight: Tensor
  private let weightGradient: Tensor

  /// Products of one pass: pairs × channels².
  var multiplyAdds: Int { pairs * channels * channels }

  /// The least a pass moves: both sides and the weights, once each.
  var bytes: Int {
    (input.count + outputGradient.count + weight.count) * MemoryLayout<Float>.stride
  }

  init(_ kind: LayerKind, _ sites: SiteSet, channels: Int) throws {
    self.channels = channels
    direction = kind == .inverse ? .inverse : .forward
    rulebook =
      switch kind {
      case .submanifold: try Rulebook.submanifold(sites, .neighbours)
      case .strided, .inverse: try Rulebook.strided(sites, .halving)
      case .networkInNetwork: nil
      }
    let inputRows = rulebook?.targetSites(direction.reversed).count ?? sites.count
    let outputRows = rulebook?.targetSites(direction).count ?? sites.count
    let offsets = rulebook?.geometry.volume ?? 1
    self.sites = outputRows
    pairs = rulebook?.pairCount ?? sites.count
    var random = RandomStream(seed: 1, stream: 1)
    input = Self.random(inputRows, channels, &random)
    outputGradient = Self.random(outputRows, channels, &random)
    weight = Self.random(offsets * channels, channels, &random)
    weightGradient = Tensor(rows: offsets * channels, channels: channels)
  }

  /// Computes one pass, as the layer does.
  func run(_ pass: LayerPass, _ compute: Compute) {
    guard let rulebook else { return runLinear(pass, compute) }
    switch pass {
    case .forward:
      _ = rulebook.withRules(direction) {
        compute.convolve(input, weight: weight, bias: nil, rules: $0)
      }
    case .inputGradient:
      _ = rulebook.withRules(direction.reversed) {
        compute.convolve(
          outputGradient, weight: weight, bias: nil, rules: $0, transposingWeight: true)
      }
    case .weightGradient:
      rulebook.withRules(direction) {
        compute.accumulateWeightGradient(
          input: input, outputGradient: outputGradient, rules: $0, into: weightGradient)
      }
    }
  }

  private func runLinear(_ pass: LayerPass, _ compute: Compute) {
    switch pass {
    case .forward:
      _ = compute.linear(input, weight: weight, bias: nil)
    case .inputGradient:
      _ = compute.linear(outputGradient, weight: weight, bias: nil, transposingWeight: true)
    case .weightGradient:
      compute.accumulateLinearWeightGradient(
        input: input, outputGradient: outputGradient, into: weightGradient)
    }
  }

  private static func random(
    _ rows: Int, _ channels: Int, _ random: inout RandomStream
  ) -> Tensor {
    let tensor = Tensor(rows: rows, channels: channels)
    for index in 0..<tensor.count { tensor.values[index] = Float(random.uniform() - 0.5) }
    return tensor
  }
}
