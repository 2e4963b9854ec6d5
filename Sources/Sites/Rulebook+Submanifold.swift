extension Rulebook {
  /// The rulebook of a submanifold convolution: sites stay as they are.
  ///
  /// Offset `k` pairs output `o` with input `o + k - size / 2`. A filter of odd extents is its own
  /// mirror image, so only half of its offsets are looked up. An even extent has no centre and
  /// leans to the low side, as in SparseConvNet.
  ///
  /// Cost: one look-up per site for half of the offsets (all of them for even extents).
  ///
  /// - Throws: `SiteError` when filter and sites differ in dimension.
  public static func submanifold<Index: SiteIndex>(
    _ sites: SiteSet, filterSize: [Int], index: Index.Type = SparseHashIndex.self
  ) throws(SiteError) -> Rulebook {
    let geometry = try FilterGeometry(size: filterSize)
    guard filterSize.count == sites.packing.dimension else {
      throw SiteError.filterDimension(size: filterSize, spatialSize: sites.spatialSize)
    }
    let steps = geometry.offsets.map { offset in
      sites.packing.delta(zip(offset, filterSize).map { $0 - $1 / 2 })
    }
    let identity = steps.firstIndex(of: 0)
    guard geometry.isSymmetric else {
      return Rulebook(
        geometry: geometry, inputSites: sites, outputSites: sites, pairs: Index(sites).pairs(steps),
        identityOffset: identity)
    }
    let centre = geometry.volume / 2
    let half = centre == 0 ? [] : Index(sites).pairs(Array(steps[..<centre]))
    let mirrored = half.reversed().map {
      SitePairs(inputRows: $0.outputRows, outputRows: $0.inputRows)
    }
    return Rulebook(
      geometry: geometry, inputSites: sites, outputSites: sites,
      pairs: half + [identityPairs(sites.count)] + mirrored, identityOffset: centre)
  }

  private static func identityPairs(_ count: Int) -> SitePairs {
    let rows = (0..<Int32(count)).map { $0 }
    return SitePairs(inputRows: rows, outputRows: rows)
  }
}
