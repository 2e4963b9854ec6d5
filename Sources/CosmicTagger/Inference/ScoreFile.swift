import Files
import Foundation
import LArCV

/// The larcv3 file of a network's answers: charge and labels as they were read, and for each voxel of
/// charge the probability of each class and the most probable one.
///
/// Every event has an image for each of the detector's planes: one that the input lacks is empty.
final class ScoreFile {
  private let writer: LArCVWriter
  private let geometry: ImageGeometry
  private let data: DataConfiguration
  private let prefix: String

  /// Begins the file, under a name of its own until it is complete.
  ///
  /// - Throws: `FileError` when it cannot be made, or when products would have one name.
  init(
    _ path: String, prefix: String, _ data: DataConfiguration, _ geometry: ImageGeometry
  ) throws(FileError) {
    self.geometry = geometry
    self.data = data
    self.prefix = prefix
    writer = try LArCVWriter(
      path: path,
      products: [data.imageProducer] + (data.readsLabels ? [data.labelProducer] : [])
        + Self.scoreProducers(prefix) + [Self.labelProducer(prefix)])
  }

  /// The products of scores, in the order of classes.
  static func scoreProducers(_ prefix: String) -> [String] {
    ["background", "cosmic", "neutrino"].map { "\(prefix)_score_\($0)" }
  }

  /// The product of predicted labels.
  static func labelProducer(_ prefix: String) -> String { "\(prefix)_label" }

  /// Writes the events of a batch.
  ///
  /// - Throws: `FileError` when the disk refuses.
  func append(_ batch: InferenceBatch, _ scored: ScoredBatch) throws(FileError) {
    for (event, rows) in zip(batch.events, batch.voxelRows) {
      try append(event, rows, scored)
    }
  }

  private func append(
    _ event: DetectorEvent, _ rows: [[Int32]], _ scored: ScoredBatch
  ) throws(FileError) {
    let images = planes(event.images)
    var products = [(producer: data.imageProducer, images: images)]
    if data.readsLabels { products.append((data.labelProducer, planes(event.labels))) }
    let rowsOfPlanes = images.indices.map { plane in
      event.images.firstIndex { $0.meta.projection == plane }.map { rows[$0] } ?? []
    }
    func product(_ name: String, _ value: (Int) -> Float) {
      let written = zip(images, rowsOfPlanes).map { image, rows in
        SparseImage(meta: image.meta, ids: image.ids, values: rows.map { value(Int($0)) })
      }
      products.append((name, written))
    }
    for (channel, name) in Self.scoreProducers(prefix).enumerated() {
      product(name) { scored.scores[$0 * ScoredBatch.classes + channel] }
    }
    product(Self.labelProducer(prefix)) { storedLabel(scored.label(ofRow: $0)) }
    try writer.append(event.id ?? EventID(run: -1, subrun: -1, event: -1), images: products)
  }

  /// One image for each plane, in their order.
  private func planes(_ images: [SparseImage]) -> [SparseImage] {
    (0..<geometry.planes).map { plane in
      images.first { $0.meta.projection == plane }
        ?? SparseImage(
          meta: ImageMeta(projection: plane, voxelCounts: geometry.stored), ids: [], values: [])
    }
  }

  /// A class as the labels of the input name it.
  private func storedLabel(_ label: Int) -> Float {
    Float(label == 0 || data.labelConvention == .cosmicOne ? label : 3 - label)
  }

  /// Completes the file and gives it its name.
  ///
  /// - Throws: `FileError` when it could not be completed.
  func close() throws(FileError) { try writer.close() }
}
