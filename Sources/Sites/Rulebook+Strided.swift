extension Rulebook {
  /// The rulebook of a strided convolution or pooling, which makes a new, coarser site set.
  ///
  /// Output `j` is active where any input `j * stride + k` with `0 <= k < size` is; the output size
  /// is `(input - size) / stride + 1`. Offset `k` pairs `j` with that input. There is no padding.
  ///
  /// Cost: one look-up per site and offset that reaches an output, and one sort of the outputs.
  ///
  /// - Throws: `SiteError` when the filter does not divide the spatial size.
  public static func strided<Index: SiteIndex>(
    _ sites: SiteSet, filterSize: [Int], stride: [Int], index: Index.Type = SparseHashIndex.self
  ) throws(SiteError) -> Rulebook {
    let geometry = try FilterGeometry(size: filterSize, stride: stride)
    let outputSize = try geometry.outputSize(of: sites.spatialSize)
    let packing = try SitePacking(batchSize: sites.batchSize, spatialSize: outputSize)
    let reach = Reach(geometry: geometry, inputPacking: sites.packing, outputPacking: packing)

    var inputs: [[Int32]] = []
    var outputKeys: [[UInt64]] = []
    for offset in geometry.offsets {
      let (rows, keys) = reach.outputs(of: sites.keys, offset: offset)
      inputs.append(rows)
      outputKeys.append(keys)
    }
    let outputs = try SiteSet(packing: packing, sortedKeys: distinct(outputKeys))
    let outputIndex = Index(outputs)
    let pairs = zip(inputs, outputKeys).map { rows, keys in
      SitePairs(inputRows: rows, outputRows: outputIndex.rows(of: keys))
    }
    return Rulebook(
      geometry: geometry, inputSites: sites, outputSites: outputs, pairs: pairs,
      identityOffset: nil)
  }

  private static func distinct(_ lists: [[UInt64]]) -> [UInt64] {
    var keys = lists.flatMap { $0 }
    keys.sort()
    var distinct: [UInt64] = []
    distinct.reserveCapacity(keys.count)
    for key in keys where key != distinct.last { distinct.append(key) }
    return distinct
  }
}

/// Which output an input reaches under an offset, by one table per axis.
private struct Reach {
  let inputPacking: SitePacking
  let outputPacking: SitePacking
  /// For each axis and extent `k`, the key part of the output of each coordinate, or nothing.
  let parts: [[[UInt64?]]]

  init(geometry: FilterGeometry, inputPacking: SitePacking, outputPacking: SitePacking) {
    self.inputPacking = inputPacking
    self.outputPacking = outputPacking
    parts = geometry.size.indices.map { axis in
      (0..<geometry.size[axis]).map { extent in
        (0..<inputPacking.spatialSize[axis]).map { coordinate -> UInt64? in
          let distance = coordinate - extent
          let output = distance / geometry.stride[axis]
          guard
            distance >= 0, distance % geometry.stride[axis] == 0,
            output < outputPacking.spatialSize[axis]
          else { return nil }
          return UInt64(output) << UInt64(outputPacking.shifts[axis])
        }
      }
    }
  }

  /// The rows that reach an output under `offset`, ascending, and the keys of those outputs.
  func outputs(of keys: [UInt64], offset: [Int]) -> (rows: [Int32], keys: [UInt64]) {
    var rows: [Int32] = []
    var outputs: [UInt64] = []
    let batchShift = UInt64(outputPacking.batchShift)
    rowLoop: for (row, key) in keys.enumerated() {
      var output = UInt64(inputPacking.batch(of: key)) << batchShift
      for axis in offset.indices {
        let coordinate = inputPacking.coordinate(of: key, axis: axis)
        guard let part = parts[axis][offset[axis]][coordinate] else { continue rowLoop }
        output |= part
      }
      rows.append(Int32(row))
      outputs.append(output)
    }
    return (rows, outputs)
  }
}
