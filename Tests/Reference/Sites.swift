/// Sites written as plain coordinate lists, and the site sets that strided filters make of them.
///
/// A site is `[batch, first coordinate, …, last coordinate]`; the features of row `r` belong to
/// site `r`. Everything in this module follows the definitions with dictionaries and loops in
/// double precision, so that production code has something independent to be compared with.

/// The offsets of a filter in weight order: row-major, last axis fastest.
///
/// - Parameter filterSize: the extent along each spatial axis.
/// - Returns: `filterSize.product` offsets, each with one entry per axis, starting at zero.
public func filterOffsets(_ filterSize: [Int]) -> [[Int]] {
  var offsets: [[Int]] = [[]]
  for extent in filterSize {
    offsets = offsets.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
  }
  return offsets
}

/// The row of every site.
///
/// - Parameter sites: distinct sites; of a repeated one the first row counts.
public func rowNumbers(of sites: [[Int]]) -> [[Int]: Int] {
  Dictionary(sites.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
}

/// The sites in lexicographic order: batch first, last coordinate fastest.
public func sortedSites(_ sites: some Sequence<[Int]>) -> [[Int]] {
  sites.sorted { $0.lexicographicallyPrecedes($1) }
}

/// The row permutation that sorts the sites: entry `i` is the row that comes `i`-th.
public func sortingOrder(of sites: [[Int]]) -> [Int] {
  sites.indices.sorted { sites[$0].lexicographicallyPrecedes(sites[$1]) }
}

/// The spatial size a filter without padding leaves: `(size − filter) / stride + 1` on each axis.
///
/// An axis shorter than the filter leaves nothing.
public func convolutionOutputSize(
  spatialSize: [Int], filterSize: [Int], stride: [Int]
) -> [Int] {
  spatialSize.indices.map { axis in
    let room = spatialSize[axis] - filterSize[axis]
    return room < 0 ? 0 : room / stride[axis] + 1
  }
}

/// The output sites of a strided convolution or pooling, sorted.
///
/// Site `j` is active if and only if some input is active at `j·stride + k` for an offset `k`
/// of the filter and `j` lies inside the output's spatial size.
///
/// - Parameters:
///   - sites: the input sites.
///   - filterSize: the extent of the filter along each spatial axis.
///   - stride: the step between windows along each spatial axis.
///   - spatialSize: the spatial size of the input.
public func convolutionSites(
  of sites: [[Int]], filterSize: [Int], stride: [Int], spatialSize: [Int]
) -> [[Int]] {
  let outputSize = convolutionOutputSize(
    spatialSize: spatialSize, filterSize: filterSize, stride: stride)
  var active = Set<[Int]>()
  for site in sites {
    for offset in filterOffsets(filterSize) {
      let start = zip(site.dropFirst(), offset).map { $0 - $1 }
      let isWindow = start.indices.allSatisfy { axis in
        start[axis] >= 0 && start[axis] % stride[axis] == 0
          && start[axis] / stride[axis] < outputSize[axis]
      }
      if isWindow { active.insert([site[0]] + start.indices.map { start[$0] / stride[$0] }) }
    }
  }
  return sortedSites(active)
}

/// The output sites of a full convolution, sorted: every `input·stride + k`.
public func fullConvolutionSites(
  of sites: [[Int]], filterSize: [Int], stride: [Int]
) -> [[Int]] {
  var active = Set<[Int]>()
  for site in sites {
    for offset in filterOffsets(filterSize) {
      active.insert(
        [site[0]] + offset.indices.map { site[$0 + 1] * stride[$0] + offset[$0] })
    }
  }
  return sortedSites(active)
}
