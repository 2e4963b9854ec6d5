/// Finds the row of a site by its key.
///
/// Rulebook construction asks for whole arrays at a time. Implementations differ in speed and
/// memory only: all give identical rulebooks. `SiteIndexKind` lists them.
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
public struct SitePairs: Sendable, Equatable {
  /// Rows that are read.
  public var inputRows: [Int32] = []

  /// Rows that are written.
  public var outputRows: [Int32] = []

  /// Number of pairs.
  public var count: Int { inputRows.count }
}

extension SitePairs {
  /// Lets `fill` write both columns and say how many pairs there are, `capacity` at most.
  init(
    capacity: Int,
    fill: (_ inputs: UnsafeMutablePointer<Int32>, _ outputs: UnsafeMutablePointer<Int32>) -> Int
  ) {
    var inputs: [Int32] = []
    outputRows = [Int32](unsafeUninitializedCapacity: capacity) { outputBuffer, outputCount in
      inputs = [Int32](unsafeUninitializedCapacity: capacity) { inputBuffer, inputCount in
        guard let input = inputBuffer.baseAddress, let output = outputBuffer.baseAddress else {
          return
        }
        inputCount = capacity == 0 ? 0 : fill(input, output)
        outputCount = inputCount
      }
    }
    inputRows = inputs
  }
}

/// One row for each key, written by `fill`.
func rowArray(of keys: [UInt64], _ fill: (UnsafeMutablePointer<Int32>) -> Void) -> [Int32] {
  [Int32](unsafeUninitializedCapacity: keys.count) { buffer, count in
    if let base = buffer.baseAddress, !keys.isEmpty { fill(base) }
    count = keys.count
  }
}
