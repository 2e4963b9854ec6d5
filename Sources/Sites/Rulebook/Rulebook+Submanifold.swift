extension Rulebook {
  /// The rulebook of a submanifold convolution: sites stay as they are.
  ///
  /// Offset `k` pairs output `o` with input `o + k`, `k` counted from the filter's centre. A
  /// symmetric filter is its own mirror image, so only half of its offsets are looked up, unless the
  /// index looks up every one. An even size has no centre and leans to the low side, as in
  /// SparseConvNet.
  ///
  /// Cost: one look-up per site for half of the offsets (all of them without symmetry).
  ///
  /// - Throws: `SiteError` when the filter is impossible, has a stride, or differs from the sites in
  ///   dimension.
  public static func submanifold<Index: SiteIndex>(
    _ sites: SiteSet, _ geometry: FilterGeometry, index: Index.Type = AutomaticIndex.self
  ) throws(SiteError) -> Rulebook {
    _ = try RulebookForm.submanifold.outputSize(of: sites.spatialSize, geometry)
    let steps = geometry.centredSteps(sites.packing)
    let isMirrored = !Index.looksUpEveryOffset && steps.areSymmetric
    let sought = isMirrored ? Array(steps[..<(steps.count / 2)]) : steps
    let lists = PairLists(count: sought.count, rows: sites.count)
    if !sought.isEmpty { Index(sites).findPairs(sought, in: lists) }
    let columns =
      isMirrored
      ? RuleColumns(half: lists, hasCentre: steps.count % 2 == 1, rows: sites.count)
      : RuleColumns(lists, inputs: sites.count, outputs: sites.count)
    return Rulebook(
      form: .submanifold, geometry: geometry, inputSites: sites, outputSites: sites, pairs: columns,
      identityOffset: steps.firstIndex(of: 0))
  }
}

extension FilterGeometry {
  /// What to add to a site's key for each offset from the filter's centre, in weight order.
  func centredSteps(_ packing: SitePacking) -> [UInt64] {
    guard case .box = shape, volume > 0 else {
      return centredOffsets.map { packing.delta($0) }
    }
    // Boxes, which most filters are, without a list for each offset.
    return size.indices.reduce(into: [0]) { steps, axis in
      steps = steps.flatMap { step in
        (0..<size[axis]).map { place in
          let offset = (place - size[axis] / 2) * dilation[axis]
          return step &+ UInt64(bitPattern: Int64(offset)) &<< UInt64(packing.shifts[axis])
        }
      }
    }
  }
}

extension [UInt64] {
  /// Whether step `k` is minus step `count - 1 - k`, for all of them.
  fileprivate var areSymmetric: Bool {
    zip(self, reversed()).allSatisfy { $0 &+ $1 == 0 }
  }
}
