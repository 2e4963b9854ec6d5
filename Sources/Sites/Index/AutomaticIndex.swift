/// The fastest index for the sites at hand.
///
/// Neighbours are found by merging (`SortedMergeIndex`), which chooses between two ways by the number
/// of sites on a line of the image; no other index was faster at any occupancy. Single keys, which
/// general forms of rulebooks ask for, are looked up in a bitmap where that stays in the cache, and
/// by galloping elsewhere: a larger bitmap pays for its pages first. Hash maps, which pay for each
/// site they insert, are not chosen.
public final class AutomaticIndex: SiteIndex {
  /// The largest bitmap, in bytes a site, that was faster than a merge.
  static let crowdedBytesPerSite = 8

  private let sites: SiteSet

  /// Takes the set; what is needed is made when asked for.
  public init(_ sites: SiteSet) {
    self.sites = sites
  }

  /// What looks up single keys of these sites: a matter of their number and of the span of their
  /// keys.
  public static func kind(for sites: SiteSet) -> SiteIndexKind {
    BitmapIndex.suits(sites, bytesPerSite: crowdedBytesPerSite) ? .bitmap : .sortedMerge
  }

  private lazy var bitmap: BitmapIndex? =
    AutomaticIndex.kind(for: sites) == .bitmap ? BitmapIndex(sites) : nil

  /// As the chosen index does.
  public func rows(of keys: [UInt64]) -> [Int32] {
    bitmap?.rows(of: keys) ?? SortedMergeIndex(sites).rows(of: keys)
  }

  /// As `SortedMergeIndex` does.
  public func findPairs(_ deltas: [UInt64], in lists: PairLists) {
    SortedMergeIndex(sites).findPairs(deltas, in: lists)
  }
}
