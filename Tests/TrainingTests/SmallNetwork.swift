import Networks

/// A residual or plain network of a few channels, for tests that take many steps.
func smallNetwork(
  isResidual: Bool = true, leak: Float = 1 / 3
) throws -> UResNet<SparseConvolutions> {
  var configuration = Networks.UResNetConfiguration()
  configuration.residual = isResidual
  configuration.leak = leak
  configuration.initialFilters = 4
  configuration.depth = 2
  configuration.blocksPerLayer = 1
  configuration.blocksDeepest = 1
  configuration.blocksFinal = 1
  configuration.bottleneckDeepest = 8
  return try UResNet(configuration, over: SparseConvolutions(seed: 5))
}
