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
  /// What the network is given; nothing where its answer is known, or another rank finds it.
  let sites: LabelledSites?
  /// Seconds it took to read the events and assemble their sites.
  let readSeconds: Double
  /// Seconds it took to plan the network for them.
  let planSeconds: Double
}

/// Reads, assembles and plans the events of a file in their order, on threads of its own, while the
/// batches before are computed.
final class InferenceLoader {
  private let batches: ReadAhead<InferenceBatch>

  /// Starts to load.
  ///
  /// - Parameters:
  ///   - events: the numbers of the events.
  ///   - reads: whether a batch is read at all.
  ///   - scores: whether it is given to the network, for which it has to be planned.
  init(
    _ data: DataConfiguration, events: Range<Int>, geometry: ImageGeometry,
    planner: NetworkPlanner, reads: @escaping @Sendable (_ batch: Int) -> Bool,
    scores: @escaping @Sendable (_ batch: Int) -> Bool
  ) {
    var stored = data
    stored.fillsImages = false
    let work = InferenceWork(
      assembly: SiteAssembly(geometry, stored),
      fullImages: data.fillsImages ? FullImages() : nil, geometry: geometry, planner: planner)
    batches = ReadAhead(workers: EventLoader.defaultWorkers) {
      let source = try data.openSource()
      var batch = 0
      return {
        var first: Int { events.lowerBound + batch * data.minibatchSize }
        while first < events.upperBound, !reads(batch) { batch += 1 }
        guard first < events.upperBound else { return nil }
        let isPlanned = scores(batch)
        let read = UndecodedBatch(
          Array(first..<min(first + data.minibatchSize, events.upperBound)), of: source,
          position: batch)
        batch += 1
        return { try work.batch(read, isPlanned: isPlanned) }
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

/// What is done with events that were read.
private struct InferenceWork: Sendable {
  let assembly: SiteAssembly
  let fullImages: FullImages?
  let geometry: ImageGeometry
  let planner: NetworkPlanner

  func batch(_ read: UndecodedBatch, isPlanned: Bool) throws -> InferenceBatch {
    let (events, decodingSeconds) = try read.decoded()
    var clock = Stopwatch()
    let pixels = try assembly.batch(events)
    var search = VoxelSearch(geometry)
    let rows = try search.rows(of: events, in: pixels.sites)
    let filled = try isPlanned ? fullImages?.fill(pixels) ?? pixels : nil
    let readSeconds = decodingSeconds + clock.lap()
    let sites = try filled.map { try $0.labelled(planner.plan($0.sites)) }
    return InferenceBatch(
      firstEvent: read.numbers[0], events: events, stored: pixels, voxelRows: rows, sites: sites,
      readSeconds: readSeconds, planSeconds: clock.lap())
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
