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
  /// The numbers of its events in their source.
  public let events: [Int]
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
  private let batches: ReadAhead<LoadedBatch>

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
    batches = ReadAhead(workers: workers) {
      let source = try configuration.openSource()
      var order = EventOrder(eventCount: source.eventCount, configuration)
      order.skip(numbers.lowerBound)
      var remaining = numbers.count
      return {
        guard remaining > 0 else { return nil }
        remaining -= 1
        let batch = try UndecodedBatch(order.next().map { $0 + firstEvent }, of: source)
        return { try batch.loaded(assembly, planner, hasTargets: configuration.readsTruth) }
      }
    }
  }

  /// As many as processors, within reason: batches ahead take memory.
  public static var defaultWorkers: Int {
    min(max(ProcessInfo.processInfo.activeProcessorCount, 1), 8)
  }

  /// The next batch; nothing after the last one.
  ///
  /// - Throws: `TaggerError` when an event cannot be read or does not fit the network.
  public func next() throws(TaggerError) -> LoadedBatch? {
    do {
      return try batches.next()
    } catch {
      throw TaggerError(error)
    }
  }
}

/// The events of a batch as one thread has read them, for another one to do the rest.
struct UndecodedBatch: Sendable {
  /// The numbers of the events in their source.
  let numbers: [Int]
  private let events: [UndecodedEvent]
  private let seconds: Double

  /// Reads some events.
  init(_ numbers: [Int], of source: any EventSource) throws(TaggerError) {
    var clock = Stopwatch()
    var events: [UndecodedEvent] = []
    for number in numbers { events.append(try source.read(number)) }
    self.numbers = numbers
    self.events = events
    seconds = clock.lap()
  }

  /// The events, and the seconds it took to have them.
  func decoded() throws(TaggerError) -> (events: [DetectorEvent], seconds: Double) {
    var clock = Stopwatch()
    var decoded: [DetectorEvent] = []
    for event in events { decoded.append(try event.decoded()) }
    return (decoded, seconds + clock.lap())
  }

  fileprivate func loaded(
    _ assembly: SiteAssembly, _ planner: NetworkPlanner, hasTargets: Bool
  ) throws -> LoadedBatch {
    let (events, decodingSeconds) = try decoded()
    var clock = Stopwatch()
    let batch = try assembly.batch(events)
    let targets = hasTargets ? try HeadTargets(events, batch, assembly.geometry) : nil
    let readSeconds = decodingSeconds + clock.lap()
    let plan = try planner.plan(batch.sites)
    let sites = try batch.labelled(plan)
    return LoadedBatch(
      sites: sites, targets: targets, events: numbers, readSeconds: readSeconds,
      planSeconds: clock.lap())
  }
}
