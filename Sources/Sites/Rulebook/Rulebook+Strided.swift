extension Rulebook {
  /// The rulebook of a strided convolution or pooling, which makes a new, coarser site set.
  ///
  /// Output `j` is active where any input `stride · j + k` of an offset `k` is; the output size is
  /// `(input - extent) / stride + 1`. Offset `k` pairs `j` with that input. There is no padding.
  ///
  /// Cost: one look-up per site and offset that reaches an output, and one merge of the outputs.
  ///
  /// - Throws: `SiteError` when the filter is impossible, does not divide the spatial size, or has
  ///   another dimension.
  public static func strided<Index: SiteIndex>(
    _ sites: SiteSet, _ geometry: FilterGeometry, index: Index.Type = AutomaticIndex.self
  ) throws(SiteError) -> Rulebook {
    try ontoAllReached(sites, geometry, form: .strided, index: index)
  }
}
