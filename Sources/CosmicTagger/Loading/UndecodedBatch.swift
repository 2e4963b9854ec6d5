import Layers
import Training

/// The events of a batch as one thread has read them, for another one to do the rest.
struct UndecodedBatch: Sendable {
  /// The numbers of the events in their source.
  let numbers: [Int]
  /// The events; one that could not be read says so when it is decoded.
  let events: [UndecodedEvent]
  /// The number of the batch among all.
  let position: Int
  private let seconds: Double

  /// Reads some events.
  init(_ numbers: [Int], of source: any EventSource, position: Int) {
    var clock = Stopwatch()
    self.numbers = numbers
    self.position = position
    events = numbers.map { number in
      do throws(TaggerError) {
        return try source.read(number)
      } catch {
        return UndecodedEvent { () throws(TaggerError) in throw error }
      }
    }
    seconds = clock.lap()
  }

  /// The events as they are, and the seconds it took to have them.
  func decoded() throws(TaggerError) -> (events: [DetectorEvent], seconds: Double) {
    var clock = Stopwatch()
    var decoded: [DetectorEvent] = []
    for event in events { decoded.append(try event.decoded()) }
    return (decoded, seconds + clock.lap())
  }

  /// The batch to train on.
  func loaded(
    _ treatment: EventTreatment, _ planner: NetworkPlanner
  ) throws -> LoadedBatch {
    var clock = Stopwatch()
    let treated = try treatment(self)
    let readSeconds = seconds + clock.lap()
    let plan = try planner.plan(treated.pixels.sites)
    let sites = try treated.pixels.labelled(plan)
    return LoadedBatch(
      sites: sites, targets: treated.targets, events: treated.numbers,
      omissions: treated.omissions, readSeconds: readSeconds, planSeconds: clock.lap())
  }
}
