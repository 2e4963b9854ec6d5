import HDF5Files

/// The two tables of one `particle` product: events → particles.
final class ParticleTables {
  private let particles: HDF5Table
  private let events: Extents
  private let file: String
  private let product: Product

  init(file: HDF5File, product: Product, entryCount: Int) throws(LArCVError) {
    self.file = file.path
    self.product = product
    let eventTable = try HDF5Table(
      file: file, path: "\(product.groupPath)/extents", layout: .extents)
    particles = try HDF5Table(
      file: file, path: "\(product.groupPath)/particles", layout: .particles)
    events = try Extents(events: eventTable, entryCount: entryCount)
    try events.checkOrder()
  }

  /// The particles of one event, in stored order.
  func particles(entry: Int) throws(LArCVError) -> [Particle] {
    let range = try events.range(entry, in: particles)
    guard range.count <= Self.mostParticles else {
      throw .badData(
        file,
        "\(product), event \(entry), has \(range.count) particles, more than "
          + "\(Self.mostParticles); \(LArCVError.copyAgain)")
    }
    let rows = try particles.rows(range)
    let read = (0..<range.count).map(rows.particle)
    if let fault = read.firstIndex(where: { !$0.energy.isFinite }) {
      throw .badData(
        file,
        "\(product), event \(entry), particle \(fault) has the energy \(read[fault].energy); "
          + "leave this event out or produce the file again")
    }
    return read
  }

  /// Of one event; real ones have some thousands.
  static let mostParticles = 1 << 20
}
