import Autodiff
import Layers

/// Several layers applied to one input, and their results added or joined, over any backend.
///
/// Sites in → the sites all branches agree on out.
struct Branches<Backend: Convolutions>: Layer {
  let backend: Backend
  let layers: [any Layer<Backend.Features>]
  let ending: ConcatTable.Ending

  var parts: [(name: String, part: any Module)] {
    layers.enumerated().map { ("\($0.offset)", $0.element) }
  }

  func callAsFunction(_ input: Backend.Features) throws -> Backend.Features {
    var result: Backend.Features?
    for (number, layer) in layers.enumerated() {
      let branch = try layer(input, named: "\(number)")
      guard let joined = result else {
        result = branch
        continue
      }
      result =
        switch ending {
        case .add: try backend.add(joined, branch)
        case .join: try backend.join(joined, branch)
        }
    }
    return result ?? input
  }

  var kind: String { "ConcatTable, then \(ending)" }

  var description: String { kind + "\n" + outline }
}

/// The layers SparseConvNet's ready networks are made of: filters of size 3 without bias, and
/// normalisation with its constants.
struct ClassicLayers<Backend: Convolutions> {
  let backend: Backend
  let dimension: Int
  var leak: Float = 0

  typealias Step = any Layer<Backend.Features>

  func extents(_ extent: Int) -> [Int] { [Int](repeating: extent, count: max(0, dimension)) }

  func submanifold(_ input: Int, _ output: Int) -> Step {
    backend.submanifold(input, output, filter: extents(3), bias: false)
  }

  func linear(_ input: Int, _ output: Int) -> Step {
    backend.linear(input, output, bias: false)
  }

  func down(_ input: Int, _ output: Int, _ scaling: Downsampling) -> Step {
    backend.strided(
      input, output, filter: extents(scaling.size), stride: extents(scaling.stride), bias: false)
  }

  func up(_ input: Int, _ output: Int, _ scaling: Downsampling) -> Step {
    backend.inverse(
      input, output, filter: extents(scaling.size), stride: extents(scaling.stride), bias: false)
  }

  func copy(_ scaling: Downsampling) -> Step {
    backend.unPooling(size: extents(scaling.size), stride: extents(scaling.stride))
  }

  func normalization(_ channels: Int) -> Step {
    backend.normalization(channels, epsilon: 1e-4, momentum: 0.01, leak: leak)
  }

  var identity: Step { Sequential<Backend.Features>() }

  func add(_ layers: Step...) -> Step { Branches(backend: backend, layers: layers, ending: .add) }

  func join(_ layers: Step...) -> Step { Branches(backend: backend, layers: layers, ending: .join) }

  /// Normalisation and convolution, or two of both beside a skip connection.
  func block(_ input: Int, _ output: Int, residual: Bool) -> Step {
    guard residual else { return Sequential(normalization(input), submanifold(input, output)) }
    return add(
      input == output ? identity : linear(input, output),
      Sequential(
        normalization(input), submanifold(input, output), normalization(output),
        submanifold(output, output)))
  }
}

/// The window by which an image becomes coarser, the same along every axis.
public struct Downsampling: Hashable, Sendable {
  /// Extent of the window.
  public let size: Int
  /// Step of the window.
  public let stride: Int

  /// A window and its step.
  public init(size: Int, stride: Int) {
    self.size = size
    self.stride = stride
  }

  /// Halving by windows of two: sizes must be even.
  public static let halving = Downsampling(size: 2, stride: 2)
}
