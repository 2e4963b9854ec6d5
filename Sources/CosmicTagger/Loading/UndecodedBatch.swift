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
  /// The places of the events in their batch, of which others may have the rest.
  let places: [Int]
  private let seconds: Double

  /// Reads some events.
  ///
  /// - Parameter places: their places in the batch; left out, they are all of it.
  init(_ numbers: [Int], places: [Int]? = nil, of source: any EventSource, position: Int) {
    var clock = Stopwatch()
    self.numbers = numbers
    self.position = position
    self.places = places ?? Array(numbers.indices)
    events = numbers.map { number in
      do throws(TaggerError) {
        return try source.read(number)
      } catch {
        return UndecodedEvent { () throws(TaggerError) in throw error }
      }
    }
    seconds = clock.lap()
  }

  /// Events that another rank has read.
  init(_ part: ScatteredPart) {
    numbers = part.numbers
    position = part.position
    places = part.places
    events = part.answers.map { answer in
      UndecodedEvent { () throws(TaggerError) in
        guard let event = try answer.event() else {
          throw TaggerError(
            .software, "what reads events has answered by something that is no event")
        }
        return event
      }
    }
    seconds = 0
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
