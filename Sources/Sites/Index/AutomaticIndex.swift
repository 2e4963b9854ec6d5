/// The faster of `BitmapIndex` and `SortedMergeIndex` for the sites at hand.
///
/// A bitmap that stays in the cache finds neighbours somewhat faster than a merge does. One that is
/// larger pays for its pages first, and a merge never does: it is the choice wherever a bitmap would
/// take more than `crowdedBytesPerSite`. Hash maps, which pay for each site they insert, are not
/// chosen.
public struct AutomaticIndex: SiteIndex {
  /// The largest bitmap, in bytes a site, that was faster than a merge.
  static let crowdedBytesPerSite = 8

  private enum Choice {
    case bitmap(BitmapIndex)
    case merge(SortedMergeIndex)
  }

  private let choice: Choice

  /// Chooses, and indexes the sites.
  public init(_ sites: SiteSet) {
    choice =
      AutomaticIndex.kind(for: sites) == .bitmap
      ? .bitmap(BitmapIndex(sites)) : .merge(SortedMergeIndex(sites))
  }

  /// What is chosen for these sites: a matter of their number and of the span of their keys.
  public static func kind(for sites: SiteSet) -> SiteIndexKind {
    BitmapIndex.suits(sites, bytesPerSite: crowdedBytesPerSite) ? .bitmap : .sortedMerge
  }

  /// As the chosen index does.
  public func rows(of keys: [UInt64]) -> [Int32] {
    switch choice {
    case .bitmap(let index): index.rows(of: keys)
    case .merge(let index): index.rows(of: keys)
    }
  }

  /// As the chosen index does.
  public func findPairs(_ deltas: [UInt64], in lists: PairLists) {
    switch choice {
    case .bitmap(let index): index.findPairs(deltas, in: lists)
    case .merge(let index): index.findPairs(deltas, in: lists)
    }
  }
}
