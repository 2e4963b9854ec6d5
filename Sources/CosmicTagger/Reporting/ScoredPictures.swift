import Telemetry

/// The scored events that are drawn: the first, and those whose neutrino is found best and worst.
///
/// It holds no more than these three, however many are scored.
struct ScoredPictures {
  /// A picture with its file's name.
  struct Named {
    let title: String
    let file: String
    let event: EventPicture
  }

  private let draws: Bool
  private var first: EventPicture?
  private var best: (overlap: Double, picture: EventPicture)?
  private var worst: (overlap: Double, picture: EventPicture)?

  /// No event yet.
  ///
  /// - Parameter draws: whether any is drawn at all.
  init(draws: Bool) { self.draws = draws }

  /// Keeps an event if it is one of those to draw.
  ///
  /// Only events with a true neutrino can be best or worst: without one, a prediction of none is
  /// right and says little.
  mutating func consider(_ event: Scores.Event, _ picture: () -> EventPicture) {
    guard draws else { return }
    let overlap = event.neutrinoSites > 0 ? event.metrics.neutrinoIoU : nil
    let isBest = overlap.map { $0 > best?.overlap ?? -1 } ?? false
    let isWorst = overlap.map { $0 < worst?.overlap ?? 2 } ?? false
    guard first == nil || isBest || isWorst else { return }
    let picture = picture()
    first = first ?? picture
    if let overlap, isBest { best = (overlap, picture) }
    if let overlap, isWorst { worst = (overlap, picture) }
  }

  /// What is drawn, the event that is best found first.
  var all: [Named] {
    let extremes = [("best", best), ("worst", worst)].compactMap { name, found in
      found.map {
        Named(
          title: "\(name) neutrino IoU: \($0.picture.title)", file: "\(name)_event.png",
          event: $0.picture)
      }
    }
    let any = first.map {
      [Named(title: "first event: \($0.title)", file: "event_display.png", event: $0)]
    }
    return (any ?? []) + extremes
  }
}

extension EventPicture {
  /// Draws the event to a PNG file.
  func write(to path: String) throws(PictureError) {
    try EventDisplay().write(planes, title: title, to: path)
  }
}
