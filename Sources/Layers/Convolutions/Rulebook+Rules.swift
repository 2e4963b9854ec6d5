import Kernels
import Sites

/// Which column of a rulebook an operator reads.
package enum Direction {
  /// Reads the input column, writes the output column: convolution, pooling.
  case forward
  /// Reads the output column, writes the input column: deconvolution, un-pooling, input gradients.
  case inverse

  /// The other one: that of the input gradient.
  package var reversed: Direction { self == .forward ? .inverse : .forward }
}

extension Rulebook {
  /// The sites an operator writes.
  package func targetSites(_ direction: Direction) -> SiteSet {
    direction == .forward ? outputSites : inputSites
  }

  /// Lends the rulebook to a kernel, in one of its two directions.
  package func withRules<Result>(_ direction: Direction, _ body: (Rules) -> Result) -> Result {
    let blocks = direction == .forward ? outputBlocks : inputBlocks
    let sources = direction == .forward ? inputRows : outputRows
    let targets = direction == .forward ? outputRows : inputRows
    let sourceRows = targetSites(direction.reversed).count
    return sources.withUnsafePointer { sources in
      targets.withUnsafePointer { targets in
        offsetStarts.withUnsafePointer { offsetStarts in
          blocks.starts.withUnsafePointer { blockStarts in
            body(
              Rules(
                sources: sources, targets: targets, offsetStarts: offsetStarts,
                blockStarts: blockStarts, offsets: geometry.volume, blocks: blocks.count,
                rowsPerBlock: blocks.rowsPerBlock, sourceRows: sourceRows,
                targetRows: blocks.rowCount, identityOffset: identityOffset))
          }
        }
      }
    }
  }
}

extension Array {
  /// Lends a pointer to the elements; for an empty array to memory that nobody reads.
  fileprivate func withUnsafePointer<Result>(
    _ body: (UnsafePointer<Element>) -> Result
  ) -> Result {
    withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { return body(base) }
      let nothing = UnsafeMutablePointer<Element>.allocate(capacity: 1)
      defer { nothing.deallocate() }
      return body(nothing)
    }
  }
}
