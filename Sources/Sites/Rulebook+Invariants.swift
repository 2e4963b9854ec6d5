extension Rulebook {
  /// Checks every pair against the definition.
  ///
  /// Compiled in only for test builds.
  func checkInvariants() {
    #if SUBMANIFOLD_INVARIANTS
      let isSubmanifold = inputSites === outputSites && geometry.stride.allSatisfy { $0 == 1 }
      for (number, offset) in geometry.offsets.enumerated() {
        var previous: Int32 = -1
        for pair in offsetStarts[number]..<offsetStarts[number + 1] {
          let input = inputSites.keys[Int(inputRows[pair])]
          let output = outputSites.keys[Int(outputRows[pair])]
          precondition(outputRows[pair] > previous, "pairs ascend within an offset")
          previous = outputRows[pair]
          precondition(
            inputSites.packing.batch(of: input) == outputSites.packing.batch(of: output),
            "pairs stay within an event")
          for axis in offset.indices {
            let shift = isSubmanifold ? geometry.size[axis] / 2 : 0
            let reached =
              outputSites.packing.coordinate(of: output, axis: axis) * geometry.stride[axis]
              + offset[axis] - shift
            precondition(
              reached == inputSites.packing.coordinate(of: input, axis: axis),
              "input = stride × output + offset")
          }
        }
      }
    #endif
  }
}
