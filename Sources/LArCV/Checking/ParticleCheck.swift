import HDF5Files

/// Checks one product of particles.
struct ParticleCheck {
  /// The numbers of a particle that mean something when they are finite; larcv3 leaves others unset.
  private static let finite = RowLayout.particles.columns.filter {
    ["px", "py", "pz", "energy_init", "energy_deposit"].contains($0.name)
  }

  private let entryCount: Int
  private let eventTable: HDF5Table
  private let particles: HDF5Table
  private var events: ExtentsCheck

  /// Opens the tables; nil, with all that is wrong with them added, when there is nothing to follow.
  init?(_ reader: LArCVReader, _ product: Product, _ problems: inout ProblemList) {
    var opening = TableOpening(reader, product)
    let eventTable = opening.table("extents", .extents)
    let particles = opening.table("particles", .particles)
    let events = opening.extents(eventTable)
    opening.compare(eventTable, rows: reader.entryCount, of: "/Events/event_id")
    opening.report(&problems)
    guard let eventTable, let particles, let events else { return nil }
    entryCount = min(reader.entryCount, eventTable.rowCount)
    self.eventTable = eventTable
    self.particles = particles
    self.events = ExtentsCheck(events, eventTable, of: particles)
  }

  /// Follows all events.
  ///
  /// - Parameter advance: Called after each event.
  consuming func run(_ problems: inout ProblemList, _ advance: (Int) -> Void) {
    for entry in 0..<entryCount {
      if let rows = events.range(entry, entry: entry, &problems) {
        check(rows, entry: entry, &problems)
      }
      advance(entry)
    }
    events.finish(&problems)
  }

  private func check(_ rows: Range<Int>, entry: Int, _ problems: inout ProblemList) {
    guard rows.count <= ParticleTables.mostParticles else {
      return problems.add(
        .extents, eventTable.path, entry: entry,
        "has \(rows.count) particles, more than \(ParticleTables.mostParticles)")
    }
    do throws(LArCVError) {
      let bytes = try particles.rows(rows)
      for particle in 0..<rows.count {
        for column in Self.finite {
          let value = bytes.load(particle, column.offset, as: Double.self)
          guard !value.isFinite else { continue }
          problems.add(
            .finite, particles.path, entry: entry,
            "particle \(particle) has \(column.name) \(value)")
        }
      }
    } catch {
      problems.add(.unreadable, particles.path, entry: entry, error, file: particles.file)
    }
  }
}
