import HDF5Files

/// larcv3's table of particles.
extension RowLayout {
  /// One row per particle.
  ///
  /// Only what training needs must be there; whatever else a file lacks reads as zero.
  static let particles: RowLayout = {
    func number(_ name: String, _ scalar: Scalar, _ offset: Int) -> Column {
      Column(name: name, scalar: scalar, offset: offset, isOptional: true)
    }
    func position(_ name: String, _ offset: Int) -> Column {
      Column(
        name: name, scalar: .float64, offset: offset, parts: ["x", "y", "z", "t"],
        isOptional: true)
    }
    return RowLayout(
      columns: [
        number("id", .uint16, 0), number("mcst_index", .uint16, 2),
        number("mct_index", .uint16, 4), number("shape", .int32, 8),
        Column(name: "current_type", scalar: .int16, offset: 12),
        number("interaction_type", .int16, 14), number("trackid", .uint32, 16),
        Column(name: "pdg", scalar: .int32, offset: 20),
        number("px", .float64, 24), number("py", .float64, 32), number("pz", .float64, 40),
        position("vtx", 48), position("end_pt", 80), position("first_step", 112),
        position("last_step", 144), number("dist_travel", .float64, 176),
        Column(name: "energy_init", scalar: .float64, offset: 184),
        number("energy_deposit", .float64, 192),
        Column(
          name: "process", scalar: .character, offset: 200, count: processLength, isOptional: true),
        number("parent_trackid", .uint32, 264), number("parent_pdg", .int32, 268),
        position("parent_vtx", 272), number("ancestor_trackid", .uint32, 304),
        number("ancestor_pdg", .int32, 308), position("ancestor_vtx", 312),
      ], size: 344, chunkRows: 500)
  }()

  /// Bytes of a particle's process, the zero at its end included.
  static let processLength = 64
}

extension RowBytes {
  /// The particle of a row.
  func particle(_ row: Int) -> Particle {
    var particle = Particle(
      pdg: Int(load(row, 20, as: Int32.self)), currentType: Int(load(row, 12, as: Int16.self)),
      interactionType: Int(load(row, 14, as: Int16.self)), energy: load(row, 184, as: Double.self),
      momentum: [
        load(row, 24, as: Double.self), load(row, 32, as: Double.self),
        load(row, 40, as: Double.self),
      ], vertex: position(row, 48), track: load(row, 16, as: UInt32.self),
      process: text(row, 200, length: RowLayout.processLength), parent: relative(row, 264))
    particle.ancestor = relative(row, 304)
    particle.index = load(row, 0, as: UInt16.self)
    particle.showerIndex = load(row, 2, as: UInt16.self)
    particle.interactionIndex = load(row, 4, as: UInt16.self)
    particle.shape = load(row, 8, as: Int32.self)
    particle.end = position(row, 80)
    particle.firstStep = position(row, 112)
    particle.lastStep = position(row, 144)
    particle.distance = load(row, 176, as: Double.self)
    particle.depositedEnergy = load(row, 192, as: Double.self)
    return particle
  }

  private func position(_ row: Int, _ offset: Int) -> Particle.Position {
    func coordinate(_ axis: Int) -> Double { load(row, offset + 8 * axis, as: Double.self) }
    return [coordinate(0), coordinate(1), coordinate(2), coordinate(3)]
  }

  private func relative(_ row: Int, _ offset: Int) -> Particle.Relative {
    Particle.Relative(
      track: load(row, offset, as: UInt32.self), pdg: load(row, offset + 4, as: Int32.self),
      vertex: position(row, offset + 8))
  }

  private func text(_ row: Int, _ offset: Int, length: Int) -> String {
    let start = row * stride + offset
    let end = bytes[start..<(start + length)].firstIndex(of: 0) ?? start + length
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}

extension RowBuilder {
  /// Puts a particle into a row; nothing when a number of it does not fit larcv3's.
  mutating func store(_ particle: Particle, _ row: Int) -> Bool {
    guard let pdg = Int32(exactly: particle.pdg),
      let currentType = Int16(exactly: particle.currentType),
      let interactionType = Int16(exactly: particle.interactionType)
    else { return false }
    store(particle.index, row, 0)
    store(particle.showerIndex, row, 2)
    store(particle.interactionIndex, row, 4)
    store(particle.shape, row, 8)
    store(currentType, row, 12)
    store(interactionType, row, 14)
    store(particle.track, row, 16)
    store(pdg, row, 20)
    for axis in 0..<3 { store(particle.momentum[axis], row, 24 + 8 * axis) }
    store(particle.vertex, row, 48)
    store(particle.end, row, 80)
    store(particle.firstStep, row, 112)
    store(particle.lastStep, row, 144)
    store(particle.distance, row, 176)
    store(particle.energy, row, 184)
    store(particle.depositedEnergy, row, 192)
    for (index, byte) in particle.process.utf8.prefix(RowLayout.processLength - 1).enumerated() {
      store(byte, row, 200 + index)
    }
    store(relative: particle.parent, row, 264)
    store(relative: particle.ancestor, row, 304)
    return true
  }

  private mutating func store(relative: Particle.Relative, _ row: Int, _ offset: Int) {
    store(relative.track, row, offset)
    store(relative.pdg, row, offset + 4)
    store(relative.vertex, row, offset + 8)
  }
}
