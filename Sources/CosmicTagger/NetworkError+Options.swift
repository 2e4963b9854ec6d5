import Networks

extension NetworkError {
  /// The same error with a property's name as the command line spells it, where it has an option.
  var namingOptions: NetworkError {
    guard case .setting(let property, let value, let allowed) = self,
      let option = Self.options[property]
    else { return self }
    return .setting(name: "--\(option)", value: value, allowed: allowed)
  }

  /// The option that sets a property of `UResNetConfiguration`.
  private static let options = [
    "initialFilters": "n-initial-filters",
    "depth": "network-depth",
    "blocksPerLayer": "blocks-per-layer",
    "blocksDeepest": "blocks-deepest-layer",
    "blocksFinal": "blocks-final",
    "bottleneckDeepest": "bottleneck-deepest",
    "filterSizeDeepest": "filter-size-deepest",
    "initialFilterSize": "initial-filter-size",
    "upsampling": "upsampling",
    "deepest": "deepest",
    "leak": "leak",
    "leakAfterSum": "leak-after-sum",
    "normalizationEpsilon": "normalization-epsilon",
    "normalizationMomentum": "normalization-momentum",
    "classification.filters": "classification-n-filters",
    "classification.blocks": "classification-n-layers",
    "vertex.depth": "vertex-depth",
    "vertex.filters": "vertex-n-filters",
    "vertex.blocks": "vertex-n-layers",
  ]
}
