extension Rulebook {
  /// Checks every pair against the equation of its form, and that none occurs twice.
  ///
  /// Compiled in only for test builds.
  func checkInvariants() {
    #if SUBMANIFOLD_INVARIANTS
      precondition(
        offsetStarts.count == geometry.volume + 1 && inputRows.count == outputRows.count
          && offsetStarts.last == inputRows.count, "every pair belongs to an offset")
      let offsets = form == .submanifold ? geometry.centredOffsets : geometry.offsets
      for (number, offset) in offsets.enumerated() {
        // Rows that ascend strictly, in both columns, are pairs that occur once.
        var previous: (input: Int32, output: Int32) = (-1, -1)
        for pair in offsetStarts[number]..<offsetStarts[number + 1] {
          let rows = (input: inputRows[pair], output: outputRows[pair])
          precondition(
            rows.input > previous.input && rows.output > previous.output,
            "pairs ascend within an offset")
          previous = rows
          precondition(
            form.joins(
              input: inputSites, Int(rows.input), output: outputSites, Int(rows.output),
              offset: offset, stride: geometry.stride), "pairs meet the equation of their form")
        }
      }
      if let identityOffset {
        precondition(pairs(offset: identityOffset).allSatisfy { $0.input == $0.output })
      }
    #endif
  }
}

#if SUBMANIFOLD_INVARIANTS
  extension RulebookForm {
    /// Whether two sites of one event meet the form's equation under an offset.
    fileprivate func joins(
      input: SiteSet, _ inputRow: Int, output: SiteSet, _ outputRow: Int, offset: [Int],
      stride: [Int]
    ) -> Bool {
      let (inputKey, outputKey) = (input.keys[inputRow], output.keys[outputRow])
      guard input.packing.event(of: inputKey) == output.packing.event(of: outputKey) else {
        return false
      }
      for axis in offset.indices {
        let from = input.packing.coordinate(of: inputKey, axis: axis)
        let to = output.packing.coordinate(of: outputKey, axis: axis)
        let meets =
          self == .full
          ? to == stride[axis] * from + offset[axis] : from == stride[axis] * to + offset[axis]
        guard meets else { return false }
      }
      return true
    }
  }
#endif
