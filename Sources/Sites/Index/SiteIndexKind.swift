/// The choice of a site index, by the name a user gives it.
///
/// All give identical rulebooks. Times are for one look-up of a neighbour on one thread, among 55,000
/// sites of line-like tracks (two million in brackets), on a core of an AMD EPYC.
public enum SiteIndexKind: String, CaseIterable, Sendable {
  /// `SparseHashIndex`: 11 ns (50), and as much again to insert a site; 32 to 64 bytes a site.
  case sparseHash = "sparsehash"
  /// `CompactSparseHashIndex`: 25 ns (120), and 70 ns to insert a site; some 20 bytes a site.
  case compactSparseHash = "compact-sparsehash"
  /// `SortedMergeIndex`: 5 ns (8), nothing to insert and no memory.
  case sortedMerge = "sorted-merge"
  /// `BitmapIndex`: 4 ns (7), and 2 ns and more to insert a site; 3 to 128 bytes a site, a sorted
  /// merge where it would be more.
  case bitmap
  /// `AutomaticIndex`: a bitmap where sites are crowded, a sorted merge elsewhere.
  case automatic

  /// The type of the index.
  ///
  /// Passing it as a generic argument opens it once, so that loops run on the type itself:
  ///
  /// ```swift
  /// let rulebook = try Rulebook.submanifold(sites, filter, index: kind.type)
  /// ```
  public var type: any SiteIndex.Type {
    switch self {
    case .sparseHash: SparseHashIndex.self
    case .compactSparseHash: CompactSparseHashIndex.self
    case .sortedMerge: SortedMergeIndex.self
    case .bitmap: BitmapIndex.self
    case .automatic: AutomaticIndex.self
    }
  }
}
