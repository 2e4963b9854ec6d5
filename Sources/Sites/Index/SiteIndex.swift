/// Finds the row of a site by its key.
///
/// Rulebook construction asks for whole arrays at a time. Implementations differ in speed and
/// memory only: all give identical rulebooks. `SiteIndexKind` lists them.
public protocol SiteIndex {
  /// Whether rulebooks are made in SparseConvNet's literal way: every offset of every site is looked
  /// up one by one.
  ///
  /// Others look up one half of a symmetric filter, which is its own mirror image, and find coarse
  /// sites by merging adjacent lines where the filter halves images.
  static var looksUpEveryOffset: Bool { get }

  /// Indexes the sites of a set.
  init(_ sites: SiteSet)

  /// For each key its row, or -1 where the set has no such site.
  func rows(of keys: [UInt64]) -> [Int32]

  /// Writes the pairs of neighbours for each step in `deltas` to the list of the same number: for
  /// every row `o` whose key plus the step is a site `i`, in ascending order, the pair (`i`, `o`).
  func findPairs(_ deltas: [UInt64], in lists: PairLists)
}

extension SiteIndex {
  /// Half of a symmetric filter is enough, unless an index says otherwise.
  public static var looksUpEveryOffset: Bool { false }
}

/// The pairs of one filter offset, ascending in both columns.
public struct SitePairs: Sendable, Equatable {
  /// Rows that are read.
  public var inputRows: [Int32] = []

  /// Rows that are written.
  public var outputRows: [Int32] = []

  /// Number of pairs.
  public var count: Int { inputRows.count }
}

extension SiteSet {
  /// The pairs of neighbours for each step, as an index finds them: for tests and printing.
  public func pairs<Index: SiteIndex>(_ deltas: [UInt64], index: Index.Type) -> [SitePairs] {
    let lists = PairLists(count: deltas.count, rows: count)
    Index(self).findPairs(deltas, in: lists)
    return lists.pairs
  }
}

/// One row for each key, written by `fill`.
func rowArray(of keys: [UInt64], _ fill: (UnsafeMutablePointer<Int32>) -> Void) -> [Int32] {
  LargeMemory.array(Int32.self, count: keys.count, fill)
}
