import Sites
import Testing

/// Blocks of rows cut the pairs of each offset without loss, for both columns.
func expectBlocks(of rulebook: Rulebook) {
  let offsets = rulebook.geometry.volume
  #expect(rulebook.offsetStarts.count == offsets + 1)
  for (blocks, rows) in [
    (rulebook.outputBlocks, rulebook.outputRows), (rulebook.inputBlocks, rulebook.inputRows),
  ] {
    #expect(blocks.starts.count == (blocks.count + 1) * offsets)
    for offset in 0..<offsets {
      var next = rulebook.offsetStarts[offset]
      for block in 0..<blocks.count {
        let pairs =
          blocks.starts[block * offsets + offset]..<blocks.starts[(block + 1) * offsets + offset]
        let members = block * blocks.rowsPerBlock..<(block + 1) * blocks.rowsPerBlock
        #expect(pairs.lowerBound == next)
        #expect(pairs.allSatisfy { members.contains(Int(rows[$0])) })
        next = pairs.upperBound
      }
      #expect(next == rulebook.offsetStarts[offset + 1] || blocks.count == 0)
    }
  }
}
