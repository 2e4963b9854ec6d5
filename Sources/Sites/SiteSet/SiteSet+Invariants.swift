extension SiteSet {
  /// Checks what every site set promises.
  ///
  /// Compiled in only for test builds.
  func checkInvariants() {
    #if SUBMANIFOLD_INVARIANTS
      precondition(zip(keys, keys.dropFirst()).allSatisfy { $0 < $1 }, "keys ascend strictly")
      precondition(eventRows.count == batchSize, "every event has its rows")
      precondition((eventRows.last?.upperBound ?? 0) == count, "every row belongs to an event")
      for (event, rows) in eventRows.enumerated() {
        precondition(
          rows.allSatisfy { packing.event(of: keys[$0]) == event }, "rows belong to their event")
      }
    #endif
  }
}
