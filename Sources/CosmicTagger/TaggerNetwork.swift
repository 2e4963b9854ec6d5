import DenseLayers
import Layers
import Networks

extension UResNetConfiguration {
  /// The network that computes on these pixels; sites in, their logits out.
  ///
  /// All modes have the same parameters, and of one seed the same values.
  ///
  /// - Throws: `NetworkError` when the switches make no network of this mode.
  public func network(
    _ mode: TrainingConfiguration.Mode, seed: UInt64
  ) throws(NetworkError) -> any Layer<SparseTensor> {
    guard mode != .masked || upsampling != .bilinear else {
      throw .setting(
        name: "upsampling", value: "bilinear",
        allowed: "convolutional or nearest where some pixels do not count")
    }
    return switch mode {
    case .sparse: try UResNet(self, over: SparseConvolutions(seed: seed))
    case .dense:
      NetworkOnImages(try UResNet(self, over: DenseConvolutions(seed: seed)), masking: false)
    case .masked:
      NetworkOnImages(try UResNet(self, over: DenseConvolutions(seed: seed)), masking: true)
    }
  }
}
