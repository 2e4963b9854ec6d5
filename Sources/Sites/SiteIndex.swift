import CSparseHash

/// Finds the row of a site by its key.
///
/// Rulebook construction asks for whole arrays at a time. Implementations differ in speed and
/// memory only: all give identical rulebooks.
public protocol SiteIndex {
  /// Indexes the sites of a set.
  init(_ sites: SiteSet)

  /// For each key its row, or -1 where the set has no such site.
  func rows(of keys: [UInt64]) -> [Int32]

  /// The pairs of neighbours for each step in `deltas`: for every row `o` whose key plus the step
  /// is a site `i`, in ascending order, the pair (`i`, `o`).
  func pairs(_ deltas: [UInt64]) -> [SitePairs]
}

/// The pairs of one filter offset, ascending in both columns.
public struct SitePairs: Sendable {
  /// Rows that are read.
  public var inputRows: [Int32] = []

  /// Rows that are written.
  public var outputRows: [Int32] = []

  /// Number of pairs.
  public var count: Int { inputRows.count }
}

/// The index SparseConvNet uses: google's `dense_hash_map`, one look-up per offset and site.
public final class SparseHashIndex: SiteIndex {
  private let sites: SiteSet
  private let map: OpaquePointer

  /// Inserts all sites: about 10 ns each.
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

  /// About 8 ns a key.
  public func rows(of keys: [UInt64]) -> [Int32] {
    [Int32](unsafeUninitializedCapacity: keys.count) { buffer, count in
      if let base = buffer.baseAddress { submanifold_site_map_rows(map, keys, keys.count, base) }
      count = keys.count
    }
  }

  /// About 8 ns a site and step.
  public func pairs(_ deltas: [UInt64]) -> [SitePairs] {
    let capacity = sites.count * deltas.count
    var counts = [Int](repeating: 0, count: deltas.count)
    let inputs = UnsafeMutablePointer<Int32>.allocate(capacity: max(capacity, 1))
    let outputs = UnsafeMutablePointer<Int32>.allocate(capacity: max(capacity, 1))
    defer {
      inputs.deallocate()
      outputs.deallocate()
    }
    submanifold_site_map_pairs(
      map, sites.keys, sites.count, deltas, deltas.count, inputs, outputs, &counts)
    return counts.enumerated().map { offset, count in
      let start = offset * sites.count
      return SitePairs(
        inputRows: Array(UnsafeBufferPointer(start: inputs + start, count: count)),
        outputRows: Array(UnsafeBufferPointer(start: outputs + start, count: count)))
    }
  }
}
