extension Rulebook {
  /// The rulebook of a full (transposed) convolution, which makes a new, grown site set.
  ///
  /// Every input `i` makes all outputs `stride · i + k` active; the output size is
  /// `(input - 1) · stride + extent`. Offset `k` pairs `i` with that output. This is SparseConvNet's
  /// `FullConvolution`.
  ///
  /// Cost: one look-up per site and offset, and one merge of the outputs.
  ///
  /// - Throws: `SiteError` when the filter is impossible or has another dimension, when the output
  ///   image is too large for site keys, or when it has more sites than row numbers can count.
  public static func full<Index: SiteIndex>(
    _ sites: SiteSet, _ geometry: FilterGeometry, index: Index.Type = AutomaticIndex.self
  ) throws(SiteError) -> Rulebook {
    try ontoAllReached(sites, geometry, form: .full, index: index)
  }
}
