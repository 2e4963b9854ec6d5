import CSparseHash

/// The index SparseConvNet uses: google's `dense_hash_map`, one look-up per step and site.
///
/// Rulebooks by it are the literal series that others are compared with: every offset of every site
/// is looked up, row by row.
///
/// Memory: 32 to 64 bytes a site, for a table at most half full.
public struct SparseHashIndex: SiteIndex {
  private let map: HashMap

  /// One look-up for every offset of every site.
  public static var looksUpEveryOffset: Bool { true }

  /// Inserts all sites.
  public init(_ sites: SiteSet) { map = HashMap(SUBMANIFOLD_DENSE_HASH_MAP, of: sites) }

  /// One look-up a key.
  public func rows(of keys: [UInt64]) -> [Int32] { map.rows(of: keys) }

  /// One look-up a site and step.
  public func findPairs(_ deltas: [UInt64], in lists: PairLists) {
    map.findPairs(deltas, in: lists)
  }
}

/// The index for little memory: google's `sparse_hash_map`, one look-up per step and site.
///
/// Rulebooks by it are made in the same literal way as by `SparseHashIndex`.
///
/// Memory: some 20 bytes a site, since free buckets take about two bits instead of an entry's
/// place. Insertion moves the entries of a bucket group, which makes it slower than the dense table.
public struct CompactSparseHashIndex: SiteIndex {
  private let map: HashMap

  /// One look-up for every offset of every site.
  public static var looksUpEveryOffset: Bool { true }

  /// Inserts all sites.
  public init(_ sites: SiteSet) { map = HashMap(SUBMANIFOLD_SPARSE_HASH_MAP, of: sites) }

  /// One look-up a key.
  public func rows(of keys: [UInt64]) -> [Int32] { map.rows(of: keys) }

  /// One look-up a site and step.
  public func findPairs(_ deltas: [UInt64], in lists: PairLists) {
    map.findPairs(deltas, in: lists)
  }
}

/// A map of either kind with the sites it was made of, freed with its last reference.
private final class HashMap {
  private let sites: SiteSet
  private let map: OpaquePointer

  init(_ kind: submanifold_site_map_kind, of sites: SiteSet) {
    self.sites = sites
    guard let map = submanifold_site_map_create(kind, sites.keys, sites.count) else {
      // As with any Swift allocation, there is no way on without memory.
      preconditionFailure("out of memory for an index of \(sites.count) sites")
    }
    self.map = map
  }

  deinit {
    submanifold_site_map_destroy(map)
  }

  func rows(of keys: [UInt64]) -> [Int32] {
    rowArray(of: keys) { submanifold_site_map_rows(map, keys, keys.count, $0) }
  }

  func findPairs(_ deltas: [UInt64], in lists: PairLists) {
    for (list, delta) in deltas.enumerated() {
      lists.fill(list) { submanifold_site_map_pairs(map, sites.keys, sites.count, delta, $0, $1) }
    }
  }
}
