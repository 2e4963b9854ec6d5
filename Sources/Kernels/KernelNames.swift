import Tensors

extension Compute {
  /// The name of the way in which a convolution of these channels is computed.
  package func algorithmName(
    inputChannels: Int, outputChannels: Int, groups: Int
  ) -> String {
    "gather-gemm-scatter"
  }

  /// The name of the instruction set that kernels were chosen for.
  package static var instructionSetName: String { "portable" }
}
