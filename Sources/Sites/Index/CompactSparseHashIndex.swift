import CSparseHash

/// The index for little memory: google's `sparse_hash_map`, one look-up per step and site.
///
/// Memory: some 20 bytes a site, since free buckets take about two bits instead of an entry's
/// place. Insertion moves the entries of a bucket group, which makes it slower than the dense table.
public final class CompactSparseHashIndex: SiteIndex {
  private let sites: SiteSet
  private let map: OpaquePointer

  /// Inserts all sites.
  public init(_ sites: SiteSet) {
    self.sites = sites
    guard let map = submanifold_compact_site_map_create(sites.keys, sites.count) else {
      // As with any Swift allocation, there is no way on without memory.
      preconditionFailure("out of memory for an index of \(sites.count) sites")
    }
    self.map = map
  }

  deinit {
    submanifold_compact_site_map_destroy(map)
  }

  /// One look-up a key.
  public func rows(of keys: [UInt64]) -> [Int32] {
    rowArray(of: keys) { submanifold_compact_site_map_rows(map, keys, keys.count, $0) }
  }

  /// One look-up a site and step.
  public func pairs(_ deltas: [UInt64]) -> [SitePairs] {
    deltas.map { delta in
      SitePairs(capacity: sites.count) {
        submanifold_compact_site_map_pairs(map, sites.keys, sites.count, delta, $0, $1)
      }
    }
  }
}
