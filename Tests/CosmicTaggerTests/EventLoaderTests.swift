import CosmicTagger
import Foundation
import Layers
import Networks
import Synchronization
import Testing

/// Says when it goes.
private final class Sentinel: Sendable {
  let gone: DispatchSemaphore

  init(_ gone: DispatchSemaphore) { self.gone = gone }

  deinit { gone.signal() }
}

private struct Failure: Error, Equatable {
  let number: Int
}

@Suite("Reading ahead")
struct ReadAheadTests {
  @Test("Elements come in order, then the end, again and again")
  func end() throws {
    let reader = ReadAhead<Int> {
      var made = 0
      return {
        made += 1
        return made <= 5 ? made : nil
      }
    }
    for expected in 1...5 { #expect(try reader.next() == expected) }
    for _ in 0..<3 { #expect(try reader.next() == nil) }
  }

  @Test("An error arrives after what was made before it, again and again", arguments: [0, 1, 4])
  func errors(_ good: Int) throws {
    let reader = ReadAhead<Int> {
      var made = 0
      return {
        made += 1
        if made > good { throw Failure(number: made) }
        return made
      }
    }
    for expected in 0..<good { #expect(try reader.next() == expected + 1) }
    for _ in 0..<3 {
      #expect(throws: Failure(number: good + 1)) { try reader.next() }
    }
  }

  @Test("Elements come in the order they were read in, whatever each takes", arguments: [1, 2, 7])
  func workers(_ workers: Int) throws {
    let reader = ReadAhead<Int>(workers: workers) {
      var read = 0
      return {
        read += 1
        let number = read
        // The later of two neighbours is done first.
        guard number <= 40 else { return nil }
        return {
          if number % 2 == 1 { usleep(2000) }
          return number
        }
      }
    }
    for expected in 1...40 { #expect(try reader.next() == expected) }
    for _ in 0..<2 { #expect(try reader.next() == nil) }
  }

  @Test("An error of the work arrives in its place", arguments: [1, 2, 7])
  func errorsOfWork(_ workers: Int) throws {
    let reader = ReadAhead<Int>(workers: workers) {
      var read = 0
      return {
        read += 1
        let number = read
        return {
          guard number == 5 else { return number }
          throw Failure(number: number)
        }
      }
    }
    for expected in 1..<5 { #expect(try reader.next() == expected) }
    for _ in 0..<2 { #expect(throws: Failure(number: 5)) { try reader.next() } }
  }

  @Test("An error of opening arrives")
  func opening() throws {
    let reader = ReadAhead<Int> { throw Failure(number: 0) }
    #expect(throws: Failure(number: 0)) { try reader.next() }
  }

  @Test("Few elements wait to be used")
  func depth() throws {
    let made = Counter()
    let reader = ReadAhead<Int> { { made.increment() } }
    for taken in 1...20 {
      _ = try reader.next()
      #expect(made.value <= taken + 3)
    }
  }

  @Test("The thread of an abandoned reader ends", arguments: 0..<4)
  func abandoned(_ taken: Int) throws {
    let gone = DispatchSemaphore(value: 0)
    do {
      let reader = ReadAhead<Int> {
        let sentinel = Sentinel(gone)
        return { withExtendedLifetime(sentinel) { 1 } }
      }
      for _ in 0..<taken { _ = try reader.next() }
    }
    #expect(gone.wait(timeout: .now() + 20) == .success)
  }
}

private final class Counter: Sendable {
  private let count = Mutex(0)

  var value: Int { count.withLock { $0 } }

  func increment() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}

@Suite("Loading events")
struct EventLoaderTests {
  private func loader(
    _ configuration: DataConfiguration, batches: Int, depth: Int = 1, workers: Int = 2
  ) throws -> EventLoader {
    var network = UResNetConfiguration(preset: .a21)
    network.initialFilters = 1
    network.depth = depth
    network.bottleneckDeepest = 1
    let built = try UResNet(network, over: SparseConvolutions(seed: 0))
    let geometry = try ImageGeometry(
      event((0..<3).map { Pixels(projection: $0, size: [2048, 1280]) }, []), configuration)
    return EventLoader(
      configuration, assembly: SiteAssembly(geometry, configuration),
      planner: NetworkPlanner(built, inputChannels: 1), batches: 0..<batches, workers: workers)
  }

  @Test("Batches come with their plan, and the end stays")
  func batches() throws {
    let loader = try loader(
      data {
        $0.downsample = 4
        $0.minibatchSize = 2
      }, batches: 2)
    for events in [[0, 1], [2, 3]] {
      let batch = try #require(try loader.next())
      #expect(batch.events == events)
      #expect(batch.sites.count > 1000)
      #expect(batch.sites.features.count == batch.sites.count)
      #expect(!batch.sites.plan.entries.isEmpty)
      #expect(batch.readSeconds > 0 && batch.planSeconds > 0)
    }
    #expect(try loader.next()?.events == nil)
    #expect(try loader.next()?.events == nil)
  }

  @Test("Batches are the same for any number of threads", arguments: [2, 5])
  func threads(_ workers: Int) throws {
    let configuration = data {
      $0.downsample = 4
      $0.minibatchSize = 2
    }
    let one = try loader(configuration, batches: 6, workers: 1)
    let several = try loader(configuration, batches: 6, workers: workers)
    for _ in 0..<6 {
      let (left, right) = (try #require(try one.next()), try #require(try several.next()))
      #expect(left.events == right.events)
      #expect(left.sites.plan.sites.keys == right.sites.plan.sites.keys)
      #expect(left.sites.features == right.sites.features)
      #expect(left.sites.labels == right.sites.labels)
    }
  }

  @Test("A missing file arrives as an error of input")
  func missing() throws {
    let loader = try loader(data { $0.file = "no/such/file.h5" }, batches: 1)
    for _ in 0..<2 {
      let error = #expect(throws: TaggerError.self) { try loader.next() }
      #expect(error?.kind == .inputOutput)
      #expect(error?.description.contains("no/such/file.h5") == true)
    }
  }

  @Test("A loader nobody waits for does no harm")
  func abandoned() throws {
    for taken in 0..<2 {
      let loader = try loader(data { $0.downsample = 5 }, batches: 100)
      for _ in 0..<taken { _ = try loader.next() }
    }
  }
}
