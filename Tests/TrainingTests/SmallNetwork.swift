import Networks

/// A residual or plain network of a few channels, for tests that take many steps.
func smallNetwork(isResidual: Bool = true) throws -> UResNet<SparseConvolutions> {
  var configuration = Networks.UResNetConfiguration()
  configuration.residual = isResidual
  configuration.initialFilters = 4
  configuration.depth = 2
  configuration.blocksPerLayer = 1
  configuration.blocksDeepest = 1
  configuration.blocksFinal = 1
  configuration.bottleneckDeepest = 8
  return try UResNet(configuration, over: SparseConvolutions(seed: 5))
}
