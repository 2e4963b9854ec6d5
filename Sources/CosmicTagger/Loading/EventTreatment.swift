import LArCV
import Tensors

/// What is done with events between their file and their sites: long ones are cut, bad ones left out,
/// and those to train on changed.
struct EventTreatment: Sendable {
  private let assembly: SiteAssembly
  private let data: DataConfiguration

  init(_ assembly: SiteAssembly, _ data: DataConfiguration) {
    self.assembly = assembly
    self.data = data
  }

  /// Events of a batch, their sites, what heads should say of them, and what is missing of them.
  struct Treated {
    let numbers: [Int]
    let events: [DetectorEvent]
    let pixels: SiteAssembly.Batch
    /// Nothing where the configuration reads no truth.
    let targets: HeadTargets?
    let omissions: Omissions
  }

  /// Decodes the events of a batch, assembles their sites, and finds the kind of each where that is read.
  ///
  /// Where all events are bad and may be left out, the batch has none.
  ///
  /// - Throws: `TaggerError` for an event that is not fit for use, unless it is to be left out.
  func callAsFunction(_ batch: UndecodedBatch) throws(TaggerError) -> Treated {
    var omissions = Omissions()
    var events: [DetectorEvent] = []
    var numbers: [Int] = []
    for (index, event) in batch.events.enumerated() {
      do throws(TaggerError) {
        let decoded = try event.decoded()
        events.append(
          change(
            cut(decoded, &omissions), batch: batch.position, place: batch.places[index]))
        numbers.append(batch.numbers[index])
      } catch {
        try omissions.leaveOut(error, data)
      }
    }
    do throws(TaggerError) {
      return try assembled(numbers, events, omissions)
    } catch {
      guard data.skipsBadEvents, error.kind == .badData else { throw error }
    }
    return try withoutMisfits(numbers, events, omissions)
  }

  /// Kinds need the assembled pixels: a neutrino with too few of them is none that can be seen.
  private func assembled(
    _ numbers: [Int], _ events: [DetectorEvent], _ omissions: Omissions
  ) throws(TaggerError) -> Treated {
    let pixels = try assembly.batch(events)
    let targets = data.readsTruth ? try HeadTargets(events, pixels, assembly.geometry) : nil
    return Treated(
      numbers: numbers, events: events, pixels: pixels, targets: targets, omissions: omissions)
  }

  /// Finds the events that cannot be assembled, or are of no kind that heads know.
  private func withoutMisfits(
    _ numbers: [Int], _ events: [DetectorEvent], _ omissions: Omissions
  ) throws(TaggerError) -> Treated {
    var omissions = omissions
    var kept: [(number: Int, event: DetectorEvent)] = []
    for (number, event) in zip(numbers, events) {
      do throws(TaggerError) {
        _ = try assembled([number], [event], Omissions())
        kept.append((number, event))
      } catch {
        try omissions.leaveOut(error, data)
      }
    }
    return try assembled(kept.map(\.number), kept.map(\.event), omissions)
  }

  private func cut(_ event: DetectorEvent, _ omissions: inout Omissions) -> DetectorEvent {
    guard data.longEvents == .truncate, let most = data.maxVoxels else { return event }
    let cut = event.images.reduce(0) { $0 + max(0, $1.ids.count - most) }
    guard cut > 0 else { return event }
    omissions.cutEvents += 1
    omissions.cutVoxels += cut
    return event.keeping(most)
  }

  /// Drawn by the place in the order of all batches: the number of threads, and where a run was broken off,
  /// change nothing.
  private func change(_ event: DetectorEvent, batch: Int, place: Int) -> DetectorEvent {
    guard !data.augmentation.isNone else { return event }
    var random = RandomStream(
      seed: data.seed, for: .eventOrder, number: UInt64(1 + batch * data.minibatchSize + place))
    return data.augmentation.drawn(&random, assembly.geometry)(event)
  }
}

extension DetectorEvent {
  /// The event with the first voxels of each plane as they are stored, and their labels: as larcv3 cuts.
  fileprivate func keeping(_ most: Int) -> DetectorEvent {
    let cut = images.map { $0.keeping(most) }
    let kept = Dictionary(
      cut.map { ($0.meta.projection, Set($0.ids)) }, uniquingKeysWith: { first, _ in first })
    return replacing(
      images: cut,
      labels: labels.map { label in
        let pixels = kept[label.meta.projection] ?? []
        let places = label.ids.indices.filter { pixels.contains(label.ids[$0]) }
        return SparseImage(
          meta: label.meta, ids: places.map { label.ids[$0] },
          values: places.map { label.values[$0] })
      }, truth: truth)
  }

  /// The event with other images.
  func replacing(
    images: [SparseImage], labels: [SparseImage], truth: EventTruth?
  ) -> DetectorEvent {
    DetectorEvent(
      images: images, labels: labels, name: name, id: id, truth: truth,
      storedByteCount: storedByteCount)
  }
}

extension SparseImage {
  fileprivate func keeping(_ most: Int) -> SparseImage {
    SparseImage(meta: meta, ids: Array(ids.prefix(most)), values: Array(values.prefix(most)))
  }
}
