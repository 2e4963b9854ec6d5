import Autodiff
import Kernels
import Sites
import Tensors

/// Adds branches on different sites of one image: sites in → all sites that any branch has out; a
/// branch counts as zero where it has no site.
///
/// MinkowskiEngine's `MinkowskiUnion`. `AddTable` does the same, faster, for branches on the same sites. Branches are added in their
/// order. Cost: one addition a value, one merge of sites for each branch.
///
/// ```swift
/// let both = try UnionAdd()([tracks, showers])
/// ```
public struct UnionAdd: CustomStringConvertible {
  /// A layer without settings.
  public init() {}

  /// The sum of all inputs, on the sites of all.
  ///
  /// - Throws: `LayerError` when there is no input, or when images, batches or channels differ.
  public func callAsFunction(_ inputs: [SparseTensor]) throws -> SparseTensor {
    guard let first = inputs.first else { throw LayerError.noInputs(layer: description) }
    try checkOneTape(inputs, layer: description)
    for input in inputs where input.sites.packing != first.sites.packing {
      throw LayerError.differentImages(
        layer: description, first: first.sites.shape, other: input.sites.shape)
    }
    guard inputs.allSatisfy({ $0.channels == first.channels }) else {
      throw LayerError.unequalChannels(layer: description, channels: inputs.map(\.channels))
    }
    let sites = try inputs.dropFirst().reduce(first.sites) { try $0.union($1.sites) }
    let isPlanning = first.features.tape.purpose == .planning
    let maps = isPlanning ? [] : try inputs.map { try BranchMap($0.sites, in: sites) }
    let branches = inputs.map(\.features)
    let output = first.features.tape.record(rows: sites.count, channels: first.channels) {
      compute in
      let sum = maps[0].branchRows.withUnsafeBufferPointer {
        compute.gatherRows(branches[0].value, $0)
      }
      for (branch, map) in zip(branches, maps).dropFirst() {
        map.branchRows.withUnsafeBufferPointer {
          compute.addGatheredRows(branch.value, $0, to: sum)
        }
      }
      return (sum, { gradient in handBack(gradient, to: branches, maps) })
    }
    // Branches of one plan unite to sites that come again with the batch; others may not.
    let isOfOnePlan = inputs.allSatisfy { $0.plan === first.plan }
    return SparseTensor(
      sites: sites, features: output,
      plan: isOfOnePlan ? first.plan : first.plan.holding(sites), descent: first.descent)
  }

  private func handBack(_ gradient: Tensor, to branches: [Variable], _ maps: [BranchMap]) {
    for (branch, map) in zip(branches, maps) {
      branch.accumulate { compute in
        map.unionRows.withUnsafeBufferPointer { compute.gatherRows(gradient, $0) }
      }
    }
  }

  /// Its name.
  public var description: String { "UnionAdd" }
}

/// Which rows of a branch and of the union of all branches are one site.
private struct BranchMap {
  /// For each row of the union the branch's, or -1.
  let branchRows: [Int32]
  /// For each row of the branch the union's.
  let unionRows: [Int32]

  init(_ branch: SiteSet, in union: SiteSet) throws(SiteError) {
    branchRows = try union.rows(in: branch)
    unionRows = try branch.rows(in: union)
  }
}
