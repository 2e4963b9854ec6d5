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
    let lists = PairLists(count: reach.offsets.count, rows: sites.count)
    for (list, offset) in reach.offsets.enumerated() {
      lists.fill(list, with: reach.outputs(of: sites.keys, offset: offset), in: targetIndex)
    }
    return Rulebook(
      form: form, geometry: geometry, inputSites: sites, outputSites: targets,
      pairs: RuleColumns(lists, inputs: sites.count, outputs: targets.count))
  }

  /// The rulebook onto a new site set: every output that any input reaches.
  static func ontoAllReached<Index: SiteIndex>(
    _ sites: SiteSet, _ geometry: FilterGeometry, form: RulebookForm, index: Index.Type
  ) throws(SiteError) -> Rulebook {
    let size = try form.outputSize(of: sites.spatialSize, geometry)
    let packing = try SitePacking(batchSize: sites.batchSize, spatialSize: size)
    if form == .strided, !Index.looksUpEveryOffset,
      let halving = LineHalving(geometry, from: sites.packing, to: packing)
    {
      return halving.rulebook(sites, geometry)
    }
    let reach = Reach(form, geometry, from: sites.packing, to: packing)
    var reached = reach.offsets.map { reach.outputs(of: sites.keys, offset: $0) }
    let outputs = SiteSet(packing: packing, checkedKeys: try Reach.union(reached[...]))
    let outputIndex = Index(outputs)
    let lists = PairLists(count: reached.count, rows: sites.count)
    for offset in reached.indices {
      lists.fill(offset, with: reached[offset], in: outputIndex)
      // What is in the lists is not needed twice.
      reached[offset] = Reach.Outputs()
    }
    return Rulebook(
      form: form, geometry: geometry, inputSites: sites, outputSites: outputs,
      pairs: RuleColumns(lists, inputs: sites.count, outputs: outputs.count))
  }
}

extension PairLists {
  /// Writes the pairs of an offset: what inputs reach, where it is a site.
  fileprivate func fill(
    _ list: Int, with reached: Reach.Outputs, in index: some SiteIndex
  ) {
    let found = index.rows(of: reached.keys)
    fill(list) { inputs, outputs in
      var pairs = 0
      for (input, output) in zip(reached.rows, found) {
        inputs[pairs] = input
        outputs[pairs] = output
        pairs += output >= 0 ? 1 : 0
      }
      return pairs
    }
  }
}
