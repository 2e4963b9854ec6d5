import LArCV

/// The truth of an interaction as larcv3's particle tables have it: GeV, centimetres, nanoseconds.
extension NeutrinoInteraction {
  /// The neutrino, then what came out of its interaction, numbered as they stand.
  var particles: [LArCV.Particle] {
    var table = [neutrino]
    for (index, product) in products.enumerated() {
      let momentum = product.momentum / 1000 * product.direction
      var particle = LArCV.Particle(
        pdg: product.kind.rawValue, energy: (product.energy + product.kind.mass) / 1000,
        momentum: momentum, vertex: position, track: UInt32(index + 1), process: "primary",
        parent: .init(track: 0))
      particle.index = UInt16(truncatingIfNeeded: index + 1)
      table.append(particle)
    }
    return table
  }

  private var neutrino: LArCV.Particle {
    var particle = LArCV.Particle(
      pdg: channel == .electronNeutrino ? 12 : 14,
      currentType: channel == .neutralCurrent ? 1 : 0, interactionType: code,
      energy: energy / 1000, momentum: [0, 0, energy / 1000], vertex: position, track: 0,
      process: "primary")
    particle.index = 0
    return particle
  }

  private var position: LArCV.Particle.Position { .init(vertex, 0) }
}
