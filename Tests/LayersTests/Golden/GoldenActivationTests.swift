import GoldenFiles
import Layers
import Sites
import Testing

/// Proves production activations against SparseConvNet: outputs and gradients.
@Suite("Activations against SparseConvNet", .enabled(if: GoldenFile.isAvailable("layers.h5")))
struct GoldenActivationTests {
  @Test("sigmoid", arguments: GoldenLayerCase.names("Sigmoid"))
  func sigmoid(name: String) throws {
    let golden = try GoldenLayerCase(name)
    try golden.check(Plan(golden.sites("in_coords"))) { try Sigmoid()($0) }
  }

  @Test("hyperbolic tangent", arguments: GoldenLayerCase.names("Tanh"))
  func hyperbolicTangent(name: String) throws {
    let golden = try GoldenLayerCase(name)
    try golden.check(Plan(golden.sites("in_coords"))) { try Tanh()($0) }
  }

  @Test("the rectifier without settings", arguments: GoldenLayerCase.names("ReLU"))
  func rectifier(name: String) throws {
    let golden = try GoldenLayerCase(name)
    try golden.check(Plan(golden.sites("in_coords"))) { try ReLU()($0) }
  }
}
