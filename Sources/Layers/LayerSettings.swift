extension Layer {
  /// Refuses a setting that makes no layer, when the layer is applied.
  func check(
    _ name: String, _ value: some BinaryFloatingPoint, _ allowed: String, _ isAllowed: Bool
  ) throws(LayerError) {
    guard isAllowed else {
      throw LayerError.setting(
        layer: description, name: name, value: Double(value), allowed: allowed)
    }
  }

  /// Refuses a slope for negative values that is negative itself: gradients take the side of a value
  /// from the sign of the result.
  func checkLeak(_ leak: Float) throws(LayerError) {
    try check("leak", leak, "a slope of zero or more", leak >= 0 && leak.isFinite)
  }

  /// Refuses what a variance cannot be added to.
  func checkEpsilon(_ epsilon: Double) throws(LayerError) {
    try check("epsilon", epsilon, "zero or more", epsilon >= 0 && epsilon.isFinite)
  }
}
