/// The choice of a site index, by the name a user gives it.
///
/// All give identical rulebooks. A sorted merge is the fastest at every occupancy that was measured, a
/// bitmap takes about three times as long, a sparse hash, of which every offset of every site is
/// looked up, some fifteen times, a compact one longer still.
public enum SiteIndexKind: String, CaseIterable, Sendable {
  /// `SparseHashIndex`: a hash map that pays for each site it inserts; 32 to 64 bytes a site.
  case sparseHash = "sparsehash"
  /// `CompactSparseHashIndex`: a hash map for little memory, slow to insert; some 20 bytes a site.
  case compactSparseHash = "compact-sparsehash"
  /// `SortedMergeIndex`: nothing to insert, and memory for one line of the image.
  case sortedMerge = "sorted-merge"
  /// `BitmapIndex`: quick to insert; 3 to 128 bytes a site, a sorted merge where it would be more.
  case bitmap
  /// `AutomaticIndex`: a sorted merge, and for single keys a bitmap where sites are crowded.
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
