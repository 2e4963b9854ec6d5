import Tensors

/// Which events make the next batch.
public struct EventOrder: Sendable {
  private let eventCount: Int?
  private let minibatchSize: Int
  private let access: DataConfiguration.Access
  private var random: RandomStream
  /// What is left of an epoch, the next at the end: events, or the first events of blocks.
  private var left: [Int] = []
  private var position = 0

  /// An order over `eventCount` events that the seed determines; without a count events are endless
  /// and taken as they come.
  public init(eventCount: Int?, _ configuration: DataConfiguration) {
    self.eventCount = eventCount
    minibatchSize = configuration.minibatchSize
    access = configuration.access
    random = RandomStream(seed: configuration.seed, for: .eventOrder)
  }

  /// The next batch's events.
  public mutating func next() -> [Int] {
    guard let eventCount else {
      position += minibatchSize
      return Array(position - minibatchSize..<position)
    }
    switch access {
    case .shuffledEpochs:
      return (0..<minibatchSize).map { _ in nextOfEpoch(eventCount) }
    case .serialAccess:
      defer { position = (position + minibatchSize) % eventCount }
      return block(from: position, eventCount)
    case .randomBlocks:
      if left.isEmpty { left = shuffledStarts(eventCount) }
      return block(from: left.removeLast(), eventCount)
    case .randomEvents:
      return randomEvents(eventCount)
    }
  }

  /// Passes over batches that were taken before.
  package mutating func skip(_ batches: Int) {
    for _ in 0..<batches { _ = next() }
  }

  /// An epoch's last batch takes its remaining events from the next epoch.
  private mutating func nextOfEpoch(_ eventCount: Int) -> Int {
    if left.isEmpty { left = (0..<eventCount).shuffled(using: &random) }
    return left.removeLast()
  }

  private func block(from start: Int, _ eventCount: Int) -> [Int] {
    (0..<minibatchSize).map { (start + $0) % eventCount }
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

  /// No event twice while there are others.
  private mutating func randomEvents(_ eventCount: Int) -> [Int] {
    var drawn: Set<Int> = []
    return (0..<minibatchSize).map { _ in
      if drawn.count == eventCount { drawn = [] }
      while true {
        let event = Int.random(in: 0..<eventCount, using: &random)
        if drawn.insert(event).inserted { return event }
      }
    }
  }
}
