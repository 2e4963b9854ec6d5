/// What all ranks have to know of the events before they begin.
struct EventSummary: Codable {
  let geometry: ImageGeometry
  /// Number of events; nothing of simulated ones.
  let eventCount: Int?

  /// What ranks find, all the same, or the one that reads for all.
  ///
  /// - Throws: `TaggerError` on all ranks when events cannot be read, or when ranks find different ones: each
  ///   machine may have its own copy of a file.
  init(
    _ data: DataConfiguration, _ configuration: RankConfiguration, _ ranks: RankGroup
  ) throws(TaggerError) {
    guard configuration.distribution == .shard else {
      self = try ranks.shared(from: EventScatter.reader(of: ranks)) { try Self.found(data) }
      return
    }
    let found = try ranks.agreed { try Self.found(data) }
    try ranks.checkAgreement(on: [
      "file": "of \(found.eventCount.map(String.init) ?? "simulated") events"
    ])
    self = found
  }

  private static func found(_ data: DataConfiguration) throws -> EventSummary {
    let source = try data.openSource()
    return EventSummary(
      geometry: try ImageGeometry.find(in: source, data), eventCount: source.eventCount)
  }

  private init(geometry: ImageGeometry, eventCount: Int?) {
    self.geometry = geometry
    self.eventCount = eventCount
  }
}
