/// Which input row feeds which output row under which filter offset.
///
/// Pairs are grouped by offset, and ascend in both columns within an offset (a step keeps the order
/// of sorted sites). One rulebook serves several operators: the convolution it was made for, its
/// input gradient and the inverse operators (`Deconvolution`, `UnPooling`), which read the two
/// columns with their roles swapped.
public final class Rulebook: Sendable {
  /// How input and output sites belong together.
  public let form: RulebookForm

  /// The filter it was made for.
  public let geometry: FilterGeometry

  /// Sites of the input column.
  public let inputSites: SiteSet

  /// Sites of the output column; the input's own for a submanifold rulebook.
  public let outputSites: SiteSet

  /// Input rows of all pairs, offset by offset.
  public let inputRows: [Int32]

  /// Output rows of all pairs, offset by offset.
  public let outputRows: [Int32]

  /// Pairs of offset `k` are `offsetStarts[k]..<offsetStarts[k + 1]`.
  public let offsetStarts: [Int]

  /// The offset whose pairs are exactly (row, row): the centre of a submanifold filter.
  public let identityOffset: Int?

  /// Where blocks of output rows begin in the pairs of each offset.
  public let outputBlocks: RuleBlocks

  /// Where blocks of input rows begin: for operators that write the input column.
  public let inputBlocks: RuleBlocks

  /// Number of pairs: the multiply-adds of a convolution are pairs × input × output channels.
  public var pairCount: Int { inputRows.count }

  init(
    form: RulebookForm, geometry: FilterGeometry, inputSites: SiteSet, outputSites: SiteSet,
    pairs: RuleColumns, identityOffset: Int? = nil
  ) {
    self.form = form
    self.geometry = geometry
    self.inputSites = inputSites
    self.outputSites = outputSites
    self.identityOffset = identityOffset
    inputRows = pairs.inputRows
    outputRows = pairs.outputRows
    offsetStarts = pairs.offsetStarts
    outputBlocks = pairs.outputBlocks
    inputBlocks = pairs.inputBlocks
    checkInvariants()
  }

  /// The pairs of one offset as row numbers, for tests and printing.
  public func pairs(offset: Int) -> [(input: Int, output: Int)] {
    (offsetStarts[offset]..<offsetStarts[offset + 1]).map {
      (Int(inputRows[$0]), Int(outputRows[$0]))
    }
  }
}
