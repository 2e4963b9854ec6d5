import Foundation
import Layers
import Sites
import Tensors
import Training

/// One batch, ready to be trained on.
public struct LoadedBatch: Sendable {
  /// Sites with their plan, charges and labels.
  public let sites: LabelledSites
  /// What heads should say of its events, if the configuration reads that.
  public let targets: HeadTargets?
  /// The numbers of its events in their source; fewer than asked for where bad ones are left out.
  public let events: [Int]
  /// What is missing of them.
  public let omissions: Omissions
  /// Seconds it took to read the events and assemble their sites, of however many threads.
  public let readSeconds: Double
  /// Seconds it took to plan the network for them.
  public let planSeconds: Double
}

/// Reads, assembles and plans batches on threads of its own while the previous ones are used.
///
/// One thread reads, as many as the machine has processors decode, assemble and plan; all of them
/// together are at most one batch more ahead than that. Batches are the same whatever their number.
public final class EventLoader {
  private let batches: BatchStream<LoadedBatch>

  /// Starts to load the first `batchCount` batches.
  ///
  /// - Parameter firstEvent: number of the event that counts as the first, for simulated events that
  ///   must not be the ones trained on.
  public convenience init(
    _ configuration: DataConfiguration, assembly: SiteAssembly, planner: NetworkPlanner,
    batchCount: Int, firstEvent: Int = 0
  ) {
    self.init(
      configuration, assembly: assembly, planner: planner, batches: 0..<batchCount,
      firstEvent: firstEvent)
  }

  /// Starts to load some batches of the order that the configuration gives all of them.
  ///
  /// - Parameter workers: threads beside the one that reads.
  public init(
    _ configuration: DataConfiguration, assembly: SiteAssembly, planner: NetworkPlanner,
    batches numbers: Range<Int>, firstEvent: Int = 0, workers: Int = EventLoader.defaultWorkers
  ) {
    batches = BatchStream(
      configuration, numbers, .whole, firstEvent: firstEvent, workers: workers,
      Self.work(configuration, assembly, planner))
  }

  /// Starts to load a rank's share of some batches.
  init(
    _ configuration: DataConfiguration, assembly: SiteAssembly, planner: NetworkPlanner,
    batches numbers: Range<Int>, among ranks: RankGroup,
    by sharing: RankConfiguration = RankConfiguration()
  ) {
    batches = BatchStream(
      configuration, numbers, sharing, ranks, Self.work(configuration, assembly, planner))
  }

  private static func work(
    _ configuration: DataConfiguration, _ assembly: SiteAssembly, _ planner: NetworkPlanner
  ) -> BatchStream<LoadedBatch>.Work {
    let treatment = EventTreatment(assembly, configuration)
    return { try $0.loaded(treatment, planner) }
  }

  /// As many as processors, within reason: batches ahead take memory.
  public static var defaultWorkers: Int {
    min(max(ProcessInfo.processInfo.activeProcessorCount, 1), 8)
  }

  /// The next batch; nothing after the last one.
  ///
  /// - Throws: `TaggerError` when an event cannot be read or does not fit the network.
  public func next() throws(TaggerError) -> LoadedBatch? { try batches.next() }
}
