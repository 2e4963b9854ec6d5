extension Rulebook {
  /// The rulebook of a submanifold convolution: sites stay as they are.
  ///
  /// Offset `k` pairs output `o` with input `o + k`, `k` counted from the filter's centre. A
  /// symmetric filter is its own mirror image, so only half of its offsets are looked up. An even
  /// size has no centre and leans to the low side, as in SparseConvNet.
  ///
  /// Cost: one look-up per site for half of the offsets (all of them without symmetry).
  ///
  /// - Throws: `SiteError` when the filter is impossible, has a stride, or differs from the sites in
  ///   dimension.
  public static func submanifold<Index: SiteIndex>(
    _ sites: SiteSet, _ geometry: FilterGeometry, index: Index.Type = AutomaticIndex.self
  ) throws(SiteError) -> Rulebook {
    _ = try RulebookForm.submanifold.outputSize(of: sites.spatialSize, geometry)
    let steps = geometry.centredOffsets.map { sites.packing.delta($0) }
    var columns = RuleColumns()
    guard geometry.isSymmetric else {
      for pairs in Index(sites).pairs(steps) {
        columns.append(inputs: pairs.inputRows, outputs: pairs.outputRows)
      }
      return Rulebook(
        form: .submanifold, geometry: geometry, inputSites: sites, outputSites: sites,
        pairs: columns, identityOffset: steps.firstIndex(of: 0))
    }
    let half = steps.count / 2
    let hasCentre = steps.count % 2 == 1
    let first = half == 0 ? [] : Index(sites).pairs(Array(steps[..<half]))
    columns.reserve(2 * first.reduce(0) { $0 + $1.count } + (hasCentre ? sites.count : 0))
    for pairs in first { columns.append(inputs: pairs.inputRows, outputs: pairs.outputRows) }
    if hasCentre {
      columns.append(inputs: 0..<Int32(sites.count), outputs: 0..<Int32(sites.count))
    }
    for pairs in first.reversed() {
      columns.append(inputs: pairs.outputRows, outputs: pairs.inputRows)
    }
    return Rulebook(
      form: .submanifold, geometry: geometry, inputSites: sites, outputSites: sites, pairs: columns,
      identityOffset: hasCentre ? half : nil)
  }
}
