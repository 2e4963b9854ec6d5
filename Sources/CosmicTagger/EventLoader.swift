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
  /// Seconds it took to read the events and assemble their sites.
  public let readSeconds: Double
  /// Seconds it took to plan the network for them.
  public let planSeconds: Double
}

/// Which events make the next batch.
public struct EventOrder: Sendable {
  private let eventCount: Int?
  private let minibatchSize: Int
  private let access: DataConfiguration.Access
  private var random: RandomStream
  private var starts: [Int] = []
  private var position = 0

  /// An order over `eventCount` events that the seed determines; without a count events are endless
  /// and taken as they come.
  public init(eventCount: Int?, _ configuration: DataConfiguration) {
    self.eventCount = eventCount
    minibatchSize = configuration.minibatchSize
    access = configuration.access
    random = RandomStream(seed: configuration.seed, for: .eventOrder)
  }

  /// The next batch's events: consecutive ones, beginning again after the last.
  public mutating func next() -> [Int] {
    guard let eventCount else {
      position += minibatchSize
      return Array(position - minibatchSize..<position)
    }
    let start: Int
    switch access {
    case .serialAccess:
      start = position
      position = (position + minibatchSize) % eventCount
    case .randomBlocks:
      if starts.isEmpty { starts = shuffledStarts(eventCount) }
      start = starts.removeLast()
    }
    return (0..<minibatchSize).map { (start + $0) % eventCount }
  }

  /// Passes over batches that were taken before.
  mutating func skip(_ batches: Int) {
    for _ in 0..<batches { _ = next() }
  }

  /// One epoch of blocks, beginning at a random event so that blocks differ from epoch to epoch.
  private mutating func shuffledStarts(_ eventCount: Int) -> [Int] {
    let shift = Int.random(in: 0..<eventCount, using: &random)
    var starts = stride(from: 0, to: eventCount, by: minibatchSize).map {
      ($0 + shift) % eventCount
    }
    starts.shuffle(using: &random)
    return starts
  }
}

/// Reads, assembles and plans batches on a thread of its own while the previous ones are used.
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
  public init(
    _ configuration: DataConfiguration, assembly: SiteAssembly, planner: NetworkPlanner,
    batches numbers: Range<Int>, firstEvent: Int = 0
  ) {
    batches = ReadAhead {
      let source = try configuration.openSource()
      var order = EventOrder(eventCount: source.eventCount, configuration)
      order.skip(numbers.lowerBound)
      var remaining = numbers.count
      return {
        guard remaining > 0 else { return nil }
        remaining -= 1
        let numbers = order.next().map { $0 + firstEvent }
        return try EventLoader.load(
          numbers, source, assembly, planner, hasTargets: configuration.readsTruth)
      }
    }
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

  private static func load(
    _ numbers: [Int], _ source: any EventSource, _ assembly: SiteAssembly,
    _ planner: NetworkPlanner, hasTargets: Bool
  ) throws -> LoadedBatch {
    var clock = Stopwatch()
    let events = try numbers.map { try source.event($0) }
    let batch = try assembly.batch(events)
    let targets = hasTargets ? try HeadTargets(events, batch, assembly.geometry) : nil
    let readSeconds = clock.lap()
    let plan = try planner.plan(batch.sites)
    let sites = try batch.labelled(plan)
    return LoadedBatch(
      sites: sites, targets: targets, events: numbers, readSeconds: readSeconds,
      planSeconds: clock.lap())
  }
}
