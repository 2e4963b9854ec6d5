import CSparseHash

/// The index SparseConvNet uses: google's `dense_hash_map`, one look-up per step and site.
///
/// Memory: 32 to 64 bytes a site, for a table at most half full.
public final class SparseHashIndex: SiteIndex {
  private let sites: SiteSet
  private let map: OpaquePointer

  /// Inserts all sites.
  public init(_ sites: SiteSet) {
    self.sites = sites
    guard let map = submanifold_site_map_create(sites.keys, sites.count) else {
      // As with any Swift allocation, there is no way on without memory.
      preconditionFailure("out of memory for an index of \(sites.count) sites")
    }
    self.map = map
  }

  deinit {
    submanifold_site_map_destroy(map)
  }

  /// One look-up a key.
  public func rows(of keys: [UInt64]) -> [Int32] {
    rowArray(of: keys) { submanifold_site_map_rows(map, keys, keys.count, $0) }
  }

  /// One look-up a site and step.
  public func pairs(_ deltas: [UInt64]) -> [SitePairs] {
    deltas.map { delta in
      SitePairs(capacity: sites.count) {
        submanifold_site_map_pairs(map, sites.keys, sites.count, delta, $0, $1)
      }
    }
  }
}
