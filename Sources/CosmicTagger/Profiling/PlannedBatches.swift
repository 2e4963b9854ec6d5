import Layers
import Training

/// Batches that lie in memory, each planned anew on a thread of its own while the step before
/// computes: what training does, without the time that files take.
struct PlannedBatches {
  /// A batch, and when its plan was made.
  struct Planned: Sendable {
    let sites: LabelledSites
    let start: ContinuousClock.Instant
    let end: ContinuousClock.Instant
  }

  private let planned: ReadAhead<Planned>

  /// Starts to plan `count` batches: the given ones in turn, again and again.
  init(_ batches: [SiteAssembly.Batch], planner: NetworkPlanner, count: Int) {
    planned = ReadAhead {
      var made = 0
      return {
        guard made < count, !batches.isEmpty else { return nil }
        let batch = batches[made % batches.count]
        made += 1
        let start = ContinuousClock.now
        let plan = try planner.plan(batch.sites)
        let end = ContinuousClock.now
        return Planned(sites: try batch.labelled(plan), start: start, end: end)
      }
    }
  }

  /// The next batch; nothing after the last one.
  func next() throws -> Planned? { try planned.next() }
}
