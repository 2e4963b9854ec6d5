/// The box of a filter and the stride it moves with.
///
/// Offsets are numbered row-major, the last axis fastest, as SparseConvNet numbers its weights:
/// for a filter of size `[s0, s1, s2]`, offset `(k0, k1, k2)` has number `(k0 * s1 + k1) * s2 + k2`.
public struct FilterGeometry: Hashable, Sendable, CustomStringConvertible {
  /// Extent of the filter along each axis.
  public let size: [Int]

  /// Step of the filter along each axis; ones for submanifold convolution.
  public let stride: [Int]

  /// A filter of `size` that moves by `stride` (by ones when left out).
  ///
  /// - Throws: `SiteError` when the extents differ in number, are below one, or are longer than
  ///   site keys can step over.
  public init(size: [Int], stride: [Int]? = nil) throws(SiteError) {
    let stride = stride ?? [Int](repeating: 1, count: size.count)
    guard size.count == stride.count, size.allSatisfy({ $0 >= 1 }), stride.allSatisfy({ $0 >= 1 })
    else {
      throw SiteError.filter(size: size, stride: stride)
    }
    guard size.allSatisfy({ $0 <= SitePacking.guardBand }) else {
      throw SiteError.filterTooLong(size: size)
    }
    self.size = size
    self.stride = stride
  }

  /// Number of offsets: the filter's volume.
  public var volume: Int { size.reduce(1, *) }

  /// All offsets in order.
  public var offsets: [[Int]] {
    size.reduce([[]]) { prefixes, extent in
      prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
    }
  }

  /// Whether the filter has a centre and offset `k` mirrors offset `volume - 1 - k`.
  public var isSymmetric: Bool { size.allSatisfy { $0 % 2 == 1 } }

  /// The size of the output of a strided convolution: `(input - size) / stride + 1` on each axis.
  ///
  /// - Throws: `SiteError` when the filter does not tile the input exactly: SparseConvNet asks for
  ///   that too, since sites at the border would be lost in silence otherwise.
  public func outputSize(of input: [Int]) throws(SiteError) -> [Int] {
    guard input.count == size.count else {
      throw SiteError.filterDimension(size: size, spatialSize: input)
    }
    var output: [Int] = []
    for axis in input.indices {
      let room = input[axis] - size[axis]
      guard room >= 0, room % stride[axis] == 0 else {
        throw SiteError.indivisible(filter: self, spatialSize: input, axis: axis)
      }
      output.append(room / stride[axis] + 1)
    }
    return output
  }

  /// As SparseConvNet prints it: `1×3×3`, or `1×2×2/1×2×2` with a stride.
  public var description: String {
    let box = size.map(String.init).joined(separator: "×")
    guard stride.contains(where: { $0 != 1 }) else { return box }
    return box + "/" + stride.map(String.init).joined(separator: "×")
  }
}
