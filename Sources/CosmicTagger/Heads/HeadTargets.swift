import Sites

/// What the heads should say of a batch.
public struct HeadTargets: Sendable {
  /// The kind of each event.
  public let kinds: [EventKind]

  /// For each event and plane where the vertex lies, as fractions of rows and columns, if there is one.
  public let vertices: [[SIMD2<Double>?]]

  /// Targets.
  public init(kinds: [EventKind], vertices: [[SIMD2<Double>?]]) {
    precondition(kinds.count == vertices.count, "targets of every event")
    self.kinds = kinds
    self.vertices = vertices
  }

  /// The targets of events whose pixels have been assembled.
  ///
  /// - Throws: `TaggerError` for an event of a kind that has no class.
  init(
    _ events: [DetectorEvent], _ batch: SiteAssembly.Batch, _ geometry: ImageGeometry
  ) throws(TaggerError) {
    var pixels = [Int](repeating: 0, count: events.count)
    let neutrino = SiteAssembly.PixelClass.neutrino.rawValue
    for (row, label) in batch.labels.enumerated() where label == neutrino {
      pixels[batch.sites.packing.event(of: batch.sites.keys[row])] += 1
    }
    var kinds: [EventKind] = []
    var vertices: [[SIMD2<Double>?]] = []
    for (event, pixels) in zip(events, pixels) {
      let truth = event.truth ?? EventTruth(particles: [], vertices: [])
      let kind = try EventKind(truth, neutrinoPixels: pixels, name: event.name)
      kinds.append(kind)
      vertices.append(
        (0..<geometry.planes).map { plane in
          guard kind != .cosmic, truth.vertices.indices.contains(plane) else { return nil }
          return truth.vertices[plane].flatMap(geometry.fractions)
        })
    }
    self.init(kinds: kinds, vertices: vertices)
  }

  /// The cell of an image of cells that holds a vertex, and where in it the vertex lies.
  static func cell(
    _ vertex: SIMD2<Double>, rows: Int, columns: Int
  ) -> (row: Int, column: Int, offset: SIMD2<Double>) {
    let place = vertex * SIMD2(Double(rows), Double(columns))
    let cell = place.rounded(.down)
    return (Int(cell.x), Int(cell.y), place - cell)
  }
}

extension ImageGeometry {
  /// A position in stored voxels as fractions of rows and columns; nothing for one outside the image.
  func fractions(_ position: [Double]) -> SIMD2<Double>? {
    guard position.count == 2 else { return nil }
    let shares = SIMD2(position[0] / Double(stored[0]), position[1] / Double(stored[1]))
    guard shares.min() >= 0, shares.max() < 1 else { return nil }
    return isWireFirst ? SIMD2(shares.y, shares.x) : shares
  }
}
