import HDF5Files

/// Writes the two tables of one `particle` product.
final class ParticleProductWriter {
  let product: Product
  private let group: ProductGroup
  private let extents: GrowingTable
  private let particles: GrowingTable

  /// Hands what is still in memory to HDF5; false when that fails.
  func close() -> Bool { group.close(with: [extents, particles]) }

  /// Makes the product's tables.
  init(_ group: ProductGroup) throws(LArCVError) {
    self.group = group
    product = group.product
    extents = try group.table("extents", .particleExtents)
    particles = try group.table("particles", .particles)
  }

  /// Checks an event's particles without writing anything, and makes their rows.
  func rows(_ list: [Particle], entry: Int) throws(LArCVError) -> RowBuilder {
    guard UInt32(exactly: list.count) != nil else {
      throw group.unfit(entry, "has \(list.count) particles")
    }
    var rows = RowBuilder(.particles, count: list.count)
    for (row, particle) in list.enumerated() {
      guard particle.energy.isFinite, rows.store(particle, row) else {
        throw group.unfit(
          entry,
          "particle \(row) of pdg \(particle.pdg) has a number that larcv3's table does not hold")
      }
    }
    return rows
  }

  /// Appends an event's particles.
  func append(_ rows: RowBuilder) throws(LArCVError) {
    let event = RowBuilder.extents(
      .particleExtents, first: particles.rowCount, counts: [rows.count])
    try particles.append(rows)
    try extents.append(event)
  }
}
