import CosmicTagger
import Testing

@Suite("The order of events")
struct EventOrderTests {
  private func batches(
    _ count: Int, of events: Int?, size: Int, _ access: DataConfiguration.Access, seed: UInt64 = 0
  ) -> [[Int]] {
    var order = EventOrder(
      eventCount: events,
      data {
        $0.minibatchSize = size
        $0.access = access
        $0.seed = seed
      })
    return (0..<count).map { _ in order.next() }
  }

  @Test("Serial access goes from the first to the last event, and again")
  func serial() {
    #expect(
      batches(4, of: 5, size: 2, .serialAccess) == [[0, 1], [2, 3], [4, 0], [1, 2]])
    #expect(
      batches(2, of: 3, size: 7, .serialAccess) == [[0, 1, 2, 0, 1, 2, 0], [1, 2, 0, 1, 2, 0, 1]])
    #expect(batches(3, of: 1, size: 1, .serialAccess) == [[0], [0], [0]])
  }

  @Test("Every event comes once an epoch where blocks divide the events", arguments: 0..<5)
  func epochs(_ seed: UInt64) {
    let made = batches(3 * 4, of: 12, size: 3, .randomBlocks, seed: seed)
    for epoch in 0..<3 {
      #expect(made[epoch * 4..<epoch * 4 + 4].flatMap { $0 }.sorted() == Array(0..<12))
    }
  }

  @Test("Blocks are consecutive and wrap; an epoch reaches every event", arguments: 0..<5)
  func wrapping(_ seed: UInt64) {
    let made = batches(2 * 4, of: 10, size: 3, .randomBlocks, seed: seed)
    for block in made {
      #expect(block == (0..<3).map { (block[0] + $0) % 10 })
    }
    for epoch in [made[..<4], made[4...]] {
      #expect(Set(epoch.map { $0[0] }).count == 4)
      #expect(Set(epoch.flatMap { $0 }) == Set(0..<10))
    }
    #expect(batches(2, of: 2, size: 5, .randomBlocks).allSatisfy { $0.count == 5 })
  }

  @Test("Shuffled epochs hold every event once, in another order each", arguments: 0..<5)
  func shuffledEpochs(_ seed: UInt64) {
    // Batches of 3 go over the ends of epochs of 10.
    let made = batches(20, of: 10, size: 3, .shuffledEpochs, seed: seed).flatMap { $0 }
    let epochs = (0..<6).map { Array(made[$0 * 10..<$0 * 10 + 10]) }
    for epoch in epochs { #expect(epoch.sorted() == Array(0..<10)) }
    #expect(Set(epochs).count == 6)
  }

  @Test("Random events are distinct within a batch while there are enough", arguments: [4, 10, 23])
  func randomEvents(_ size: Int) {
    let made = batches(50, of: 10, size: size, .randomEvents)
    for batch in made {
      for round in stride(from: 0, to: size, by: 10) {
        let events = batch[round..<min(round + 10, size)]
        #expect(Set(events).count == events.count)
      }
    }
    // larcv3 never reads the last two.
    #expect(Set(made.flatMap { $0 }) == Set(0..<10))
  }

  @Test(
    "Orders pass over batches as if they had been taken",
    arguments: DataConfiguration.Access.allCases)
  func skipping(_ access: DataConfiguration.Access) {
    let configuration = data {
      $0.minibatchSize = 3
      $0.access = access
      $0.seed = 4
    }
    var taken = EventOrder(eventCount: 10, configuration)
    var skipped = taken
    for _ in 0..<7 { _ = taken.next() }
    skipped.skip(7)
    for _ in 0..<7 { #expect(taken.next() == skipped.next()) }
  }

  @Test("The seed determines the order")
  func seeds() {
    let first = batches(40, of: 100, size: 5, .randomBlocks, seed: 1)
    #expect(batches(40, of: 100, size: 5, .randomBlocks, seed: 1) == first)
    #expect(batches(40, of: 100, size: 5, .randomBlocks, seed: 2) != first)
    #expect(first[..<20] != first[20...])
    #expect(first != batches(40, of: 100, size: 5, .serialAccess))
  }

  @Test("An endless source is read as it comes", arguments: DataConfiguration.Access.allCases)
  func endless(_ access: DataConfiguration.Access) {
    let made = batches(3, of: nil, size: 2, access)
    #expect(made == [[0, 1], [2, 3], [4, 5]])
  }
}
