/// What all ranks have to know of the events before they begin.
struct EventSummary: Codable {
  let geometry: ImageGeometry
  /// Number of events; nothing of simulated ones.
  let eventCount: Int?

  /// What a rank that reads finds: the first, or the one that reads for all.
  ///
  /// - Throws: `TaggerError` on all ranks when events cannot be read.
  init(
    _ data: DataConfiguration, _ configuration: RankConfiguration, _ ranks: RankGroup
  ) throws(TaggerError) {
    let reader = configuration.distribution == .scatter ? EventScatter.reader(of: ranks) : 0
    self = try ranks.shared(from: reader) {
      let source = try data.openSource()
      return EventSummary(
        geometry: try ImageGeometry.find(in: source, data), eventCount: source.eventCount)
    }
  }

  private init(geometry: ImageGeometry, eventCount: Int?) {
    self.geometry = geometry
    self.eventCount = eventCount
  }
}
