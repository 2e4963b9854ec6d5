import LArCV
import Layers
import Sites
import Training

/// Some consecutive events, ready for a network and for what it says of them to be written.
struct InferenceBatch: Sendable {
  /// The number of the first event in its file.
  let firstEvent: Int
  /// The events as they are stored.
  let events: [DetectorEvent]
  /// The sites of stored pixels.
  let stored: SiteAssembly.Batch
  /// For each stored voxel of each charge image, the row of its site: `[event][image]`.
  let voxelRows: [[[Int32]]]
  /// What the network is given; nothing where its answer is known.
  let sites: LabelledSites?
  /// Seconds it took to read the events and assemble their sites.
  let readSeconds: Double
  /// Seconds it took to plan the network for them.
  let planSeconds: Double
}

/// Reads, assembles and plans the events of a file in their order, on a thread of its own, while the
/// batches before are computed.
final class InferenceLoader {
  private let batches: ReadAhead<InferenceBatch>

  /// Starts to load.
  ///
  /// - Parameters:
  ///   - events: the numbers of the events.
  ///   - isKnown: whether the network's answer to a batch is known, so that nothing has to be planned.
  init(
    _ data: DataConfiguration, events: Range<Int>, geometry: ImageGeometry,
    planner: NetworkPlanner, isKnown: @escaping @Sendable (_ batch: Int) -> Bool
  ) {
    batches = ReadAhead {
      let source = try data.openSource()
      var stored = data
      stored.fillsImages = false
      let assembly = SiteAssembly(geometry, stored)
      let fullImages = data.fillsImages ? FullImages() : nil
      var search = VoxelSearch(geometry)
      var batch = 0
      return {
        let first = events.lowerBound + batch * data.minibatchSize
        guard first < events.upperBound else { return nil }
        defer { batch += 1 }
        var clock = Stopwatch()
        let read = try (first..<min(first + data.minibatchSize, events.upperBound)).map {
          try source.event($0)
        }
        let pixels = try assembly.batch(read)
        let rows = try search.rows(of: read, in: pixels.sites)
        let filled = try isKnown(batch) ? nil : fullImages?.fill(pixels) ?? pixels
        let readSeconds = clock.lap()
        let sites = try filled.map { try $0.labelled(planner.plan($0.sites)) }
        return InferenceBatch(
          firstEvent: first, events: read, stored: pixels, voxelRows: rows, sites: sites,
          readSeconds: readSeconds, planSeconds: clock.lap())
      }
    }
  }

  /// The next batch; nothing after the last one.
  ///
  /// - Throws: `TaggerError` when an event cannot be read or does not fit the network.
  func next() throws(TaggerError) -> InferenceBatch? {
    do {
      return try batches.next()
    } catch {
      throw TaggerError(error)
    }
  }
}

/// Finds the site of every stored voxel.
private struct VoxelSearch {
  private let geometry: ImageGeometry
  /// For each pixel of an event's planes the row of its site.
  ///
  /// Rows of earlier events stay where this one has no site: nobody asks for these.
  private var pixelRows: [Int32]

  init(_ geometry: ImageGeometry) {
    self.geometry = geometry
    pixelRows = [Int32](repeating: 0, count: geometry.planes * geometry.pixels)
  }

  /// The row of each voxel's site, for each image of each event; every voxel of charge has one.
  mutating func rows(of events: [DetectorEvent], in sites: SiteSet) throws -> [[[Int32]]] {
    let positions = try sites.positions()
    return events.enumerated().map { number, event in
      let start = number * pixelRows.count
      for row in sites.eventRows[number] { pixelRows[Int(positions[row]) - start] = Int32(row) }
      return event.images.map { image in image.ids.map { pixelRows[pixel(of: $0, image)] } }
    }
  }

  private func pixel(of id: UInt64, _ image: SparseImage) -> Int {
    let (first, second) = Int(id).quotientAndRemainder(dividingBy: geometry.stored[1])
    let (coarse, fine) = (first / geometry.reduction, second / geometry.reduction)
    let (row, column) = geometry.isWireFirst ? (fine, coarse) : (coarse, fine)
    return (image.meta.projection * geometry.rows + row) * geometry.columns + column
  }
}
