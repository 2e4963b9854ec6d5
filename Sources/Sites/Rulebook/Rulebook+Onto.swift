extension Rulebook {
  /// The rulebook of a convolution onto given output sites, in any of the three forms.
  ///
  /// Pairs are those of the form's equation whose input and output are both active; a target that
  /// no input reaches has none.
  ///
  /// Cost: one look-up per input site and offset.
  ///
  /// - Throws: `SiteError` when the filter is impossible or does not fit the input, and when the
  ///   targets are of another batch or spatial size than the form makes of the input's.
  public static func onto<Index: SiteIndex>(
    _ targets: SiteSet, from sites: SiteSet, _ geometry: FilterGeometry, form: RulebookForm,
    index: Index.Type = AutomaticIndex.self
  ) throws(SiteError) -> Rulebook {
    let size = try form.outputSize(of: sites.spatialSize, geometry)
    guard targets.spatialSize == size, targets.batchSize == sites.batchSize else {
      throw SiteError.targetSize(
        filter: geometry, batchSize: sites.batchSize, spatialSize: size,
        foundBatchSize: targets.batchSize, found: targets.spatialSize)
    }
    let reach = Reach(form, geometry, from: sites.packing, to: targets.packing)
    let targetIndex = Index(targets)
    var columns = RuleColumns()
    for offset in reach.offsets {
      columns.append(reach.outputs(of: sites.keys, offset: offset), in: targetIndex)
    }
    return Rulebook(
      form: form, geometry: geometry, inputSites: sites, outputSites: targets, pairs: columns)
  }

  /// The rulebook onto a new site set: every output that any input reaches.
  static func ontoAllReached<Index: SiteIndex>(
    _ sites: SiteSet, _ geometry: FilterGeometry, form: RulebookForm, index: Index.Type
  ) throws(SiteError) -> Rulebook {
    let size = try form.outputSize(of: sites.spatialSize, geometry)
    let packing = try SitePacking(batchSize: sites.batchSize, spatialSize: size)
    let reach = Reach(form, geometry, from: sites.packing, to: packing)
    var reached = reach.offsets.map { reach.outputs(of: sites.keys, offset: $0) }
    let outputs = try SiteSet(packing: packing, sortedKeys: Reach.union(reached[...]))
    let outputIndex = Index(outputs)
    var columns = RuleColumns()
    columns.reserve(reached.reduce(0) { $0 + $1.rows.count })
    for offset in reached.indices {
      columns.append(reached[offset], in: outputIndex)
      // What is in the columns is not needed twice: memory goes back while they grow.
      reached[offset] = Reach.Outputs()
    }
    return Rulebook(
      form: form, geometry: geometry, inputSites: sites, outputSites: outputs, pairs: columns)
  }
}

extension RuleColumns {
  /// Adds the pairs of the next offset: what inputs reach, where it is a site.
  fileprivate mutating func append(_ reached: Reach.Outputs, in index: some SiteIndex) {
    append(inputs: reached.rows, found: index.rows(of: reached.keys))
  }
}
