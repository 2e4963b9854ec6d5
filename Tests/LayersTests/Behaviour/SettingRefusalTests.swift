import Layers
import Sites
import Tensors
import TestSites
import Testing

/// Proves that settings which would give wrong numbers are refused when a layer is applied, and that
/// no number of channels stops the program.
@Suite("Settings that make no layer")
struct SettingRefusalTests {
  private func input(channels: Int) throws -> SparseTensor {
    let plan = Plan(try siteSet([[0, 1, 1], [0, 2, 1]], batchSize: 1, spatialSize: [4, 4]))
    return SparseTensor(planning: plan, channels: channels)
  }

  @Test("slopes, variances and momenta out of range")
  func settings() throws {
    let layers: [(any Layer<SparseTensor>, String)] = [
      (LeakyReLU(leak: -0.5), "leak"), (LeakyReLU(leak: .nan), "leak"),
      (BatchNormalization(channels: 2, leak: -1), "leak"),
      (BatchNormalization(channels: 2, epsilon: -1e-3), "epsilon"),
      (BatchNormalization(channels: 2, epsilon: .nan), "epsilon"),
      (BatchNormalization(channels: 2, momentum: 1.5), "momentum"),
      (GroupNormalization(channels: 2, groups: 1, epsilon: -1), "epsilon"),
      (GroupNormalization(channels: 2, groups: 1, leak: -1), "leak"),
      (InstanceNormalization(channels: 2, leak: -1), "leak"),
      (LayerNormalization(channels: 2, epsilon: .infinity), "epsilon"),
    ]
    for (layer, name) in layers {
      let error = #expect(throws: LayerError.self) { try layer(input(channels: 2)) }
      #expect(error?.description.contains("cannot have \(name) ") == true, "\(layer)")
    }
  }

  @Test("a negative number of channels can be given, but fits no input")
  func negativeChannels() throws {
    let layers: [any Layer<SparseTensor>] = [
      BatchNormalization(channels: -1), GroupNormalization(channels: -2, groups: 1),
      InstanceNormalization(channels: -1), LayerNormalization(channels: -1), PReLU(channels: -1),
    ]
    for layer in layers {
      #expect(throws: LayerError.self) { try layer(input(channels: 2)) }
    }
  }

  @Test("a printed network tells tables and recomputed blocks from sequences")
  func outline() {
    let block = Sequential<SparseTensor>(ReLU(), Tanh())
    let network = Sequential<SparseTensor>(
      ConcatTable(Identity(), block, then: .join), Recomputed(block), block)
    #expect(
      "\(network)" == """
        (0): ConcatTable, then join
          (0): Identity
          (1):
            (0): ReLU
            (1): Tanh
        (1): Recomputed
          (0): ReLU
          (1): Tanh
        (2):
          (0): ReLU
          (1): Tanh
        """)
  }
}
