/// How the sites of a rulebook's two columns belong together.
public enum RulebookForm: Hashable, Sendable, CaseIterable {
  /// Output `o` reads input `o + offset`, offsets from the filter's centre; the size stays.
  case submanifold

  /// Output `j` reads input `stride · j + offset`; the output is coarser and there is no padding.
  case strided

  /// Input `i` writes output `stride · i + offset`; the output grows to hold them all.
  case full

  /// The size of the output image: unchanged, `(input - extent) / stride + 1`, or
  /// `(input - 1) · stride + extent` on each axis.
  ///
  /// - Throws: `SiteError` when the filter is impossible or has another dimension, when a submanifold
  ///   filter has a stride, and when a strided one does not tile the input exactly: SparseConvNet
  ///   asks for that too, since sites at the border would be lost in silence otherwise.
  public func outputSize(
    of input: [Int], _ geometry: FilterGeometry
  ) throws(SiteError) -> [Int] {
    try geometry.check(spatialSize: input)
    switch self {
    case .submanifold:
      guard geometry.stride.allSatisfy({ $0 == 1 }) else {
        throw SiteError.submanifoldStride(geometry)
      }
      return input
    case .strided: return try stridedSize(of: input, geometry)
    case .full: return try fullSize(of: input, geometry)
    }
  }

  private func stridedSize(
    of input: [Int], _ geometry: FilterGeometry
  ) throws(SiteError) -> [Int] {
    var output: [Int] = []
    for (axis, extent) in geometry.extent.enumerated() {
      guard input[axis] >= extent, (input[axis] - extent) % geometry.stride[axis] == 0 else {
        throw SiteError.indivisible(filter: geometry, spatialSize: input, axis: axis)
      }
      output.append((input[axis] - extent) / geometry.stride[axis] + 1)
    }
    return output
  }

  private func fullSize(
    of input: [Int], _ geometry: FilterGeometry
  ) throws(SiteError) -> [Int] {
    var output: [Int] = []
    for (axis, extent) in geometry.extent.enumerated() {
      let (room, isTooLarge) = (input[axis] - 1).multipliedReportingOverflow(
        by: geometry.stride[axis])
      let (size, isStillTooLarge) = room.addingReportingOverflow(extent)
      guard input[axis] >= 1, !isTooLarge, !isStillTooLarge else {
        throw SiteError.grownTooLarge(filter: geometry, spatialSize: input)
      }
      output.append(size)
    }
    return output
  }
}

extension FilterGeometry {
  /// The nearest sizes below and above that of an axis which the filter divides, where there are
  /// any.
  func divisibleSizes(around spatialSize: [Int], axis: Int) -> [Int] {
    guard volume > 0, size.indices.contains(axis), spatialSize.indices.contains(axis) else {
      return []
    }
    let extent = extent[axis]
    guard spatialSize[axis] >= extent else { return [extent] }
    let below = spatialSize[axis] - (spatialSize[axis] - extent) % stride[axis]
    let (above, isTooLarge) = below.addingReportingOverflow(stride[axis])
    return isTooLarge ? [below] : [below, above]
  }
}
