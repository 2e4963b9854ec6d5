import Foundation
import LArCV
import Sites
import Tensors
import Training

/// Turns events into the sites, charges and labels of a batch.
///
/// Sites are (plane, row, column) with rows counting drift time, as in the original's images; the
/// stored order is by wire, so sites are sorted here. Downsampling follows larcv3: the charge of a
/// coarse pixel is the float32 sum of its stored values, in stored order, over the number of pixels;
/// its label is the largest. A charge without a label is background; a label without charge has no
/// site and is not used.
public struct SiteAssembly: Sendable {
  /// The geometry all events must have.
  public let geometry: ImageGeometry

  private let labelConvention: DataConfiguration.LabelConvention
  private let precision: Precision
  private let maxVoxels: Int
  private let takesLogarithm: Bool
  private let fullImages: FullImages?

  /// An assembly for a detector.
  public init(_ geometry: ImageGeometry, _ configuration: DataConfiguration) {
    self.geometry = geometry
    labelConvention = configuration.labelConvention
    precision = configuration.roundsCharges ? .bfloat16 : .float32
    maxVoxels = configuration.maxVoxels ?? .max
    takesLogarithm = configuration.takesLogarithm
    fullImages = configuration.fillsImages ? FullImages() : nil
  }

  /// The classes of pixels, in the order of the network's logits.
  public enum PixelClass: UInt8, CaseIterable, Sendable {
    /// Noise: active, but of no particle.
    case background = 0
    /// Of a cosmic ray.
    case cosmic = 1
    /// Of a neutrino interaction.
    case neutrino = 2
  }

  /// Sites of a batch before a network has planned them.
  public struct Batch: Sendable {
    /// The sites, in batch order.
    public let sites: SiteSet
    /// Charge of each site.
    public let charges: [Float]
    /// `PixelClass` of each site.
    public let labels: [UInt8]
    /// Wire plane of each site.
    public let planes: [Int32]

    package init(sites: SiteSet, charges: [Float], labels: [UInt8], planes: [Int32]) {
      self.sites = sites
      self.charges = charges
      self.labels = labels
      self.planes = planes
    }

    /// The batch to train on, once a network has planned its sites.
    func labelled(_ plan: Plan) throws(TrainingError) -> LabelledSites {
      try LabelledSites(
        plan: plan, features: charges, labels: labels, classes: PixelClass.allCases.count,
        groups: planes, groupCount: sites.spatialSize[0])
    }
  }

  /// Assembles a batch.
  ///
  /// - Throws: `TaggerError` naming the event whose images do not fit.
  public func batch(_ events: [DetectorEvent]) throws(TaggerError) -> Batch {
    do {
      let packing = try SitePacking(
        batchSize: events.count,
        spatialSize: [geometry.planes, geometry.rows, geometry.columns])
      var keys: [UInt64] = []
      var charges: [Float] = []
      var labels: [UInt8] = []
      var planes: [Int32] = []
      for (number, event) in events.enumerated() {
        try check(event)
        for plane in 0..<geometry.planes {
          let pixels = try self.pixels(of: event, plane: plane, batch: number, packing)
          keys += pixels.keys
          charges += pixels.charges
          labels += pixels.labels
          planes += repeatElement(Int32(plane), count: pixels.keys.count)
        }
      }
      let sites = try SiteSet(packing: packing, sortedKeys: keys)
      let batch = Batch(sites: sites, charges: charges, labels: labels, planes: planes)
      return try fullImages?.fill(batch) ?? batch
    } catch {
      throw TaggerError(error)
    }
  }

  /// Each plane's image by its projection, which may be fewer than the detector has.
  private func check(_ event: DetectorEvent) throws(TaggerError) {
    for image in event.images + event.labels {
      guard image.meta.voxelCounts == geometry.stored else {
        throw TaggerError(
          .badData,
          "projection \(image.meta.projection) of \(event.name) is \(image.meta.voxelCounts) "
            + "pixels large where the first event has \(geometry.stored): "
            + "all images of a run need one size, so leave the event out")
      }
      guard (0..<geometry.planes).contains(image.meta.projection) else {
        throw TaggerError(
          .badData,
          "\(event.name) has a projection \(image.meta.projection), but the first event has "
            + "\(geometry.planes) planes, counted from 0: leave the event out")
      }
    }
    if let image = event.images.first(where: { $0.ids.count > maxVoxels }) {
      throw TaggerError(
        .badData,
        "projection \(image.meta.projection) of \(event.name) has \(image.ids.count) voxels, more than "
          + "--max-voxels \(maxVoxels): raise it, or --on-max-voxels truncate, or leave the event out"
      )
    }
    for images in [event.images, event.labels] {
      let projections = images.map(\.meta.projection)
      guard Set(projections).count == projections.count else {
        throw TaggerError(
          .badData,
          "\(event.name) has several images of one projection among \(projections): "
            + "leave the event out, or produce it again")
      }
    }
  }

  /// The pixels of one plane of one event, sorted by key.
  private func pixels(
    of event: DetectorEvent, plane: Int, batch: Int, _ packing: SitePacking
  ) throws -> (keys: [UInt64], charges: [Float], labels: [UInt8]) {
    guard let image = event.images.first(where: { $0.meta.projection == plane }) else {
      return ([], [], [])
    }
    let form = try PixelKeys(geometry, packing)
    let order = PixelOrder(try form.keys(image, event), form)
    let area = Float(geometry.reduction * geometry.reduction)
    let charges = order.combined(image.values, +).map {
      precision.rounded(takesLogarithm ? log1p($0 / area) : $0 / area)
    }
    let labels = try labels(of: event, plane: plane, like: image, order, form)
    let origin = try packing.key(event: batch, [plane, 0, 0])
    return (order.keys.map { origin + $0 }, charges, labels)
  }

  /// The labels of the pixels that have a charge.
  private func labels(
    of event: DetectorEvent, plane: Int, like image: SparseImage, _ order: PixelOrder,
    _ form: PixelKeys
  ) throws(TaggerError) -> [UInt8] {
    var labels = [UInt8](repeating: PixelClass.background.rawValue, count: order.keys.count)
    guard let truth = event.labels.first(where: { $0.meta.projection == plane }) else {
      return labels
    }
    // Charge and labels mostly have the same voxels, and are sorted but once.
    if truth.ids == image.ids {
      for (row, value) in order.combined(truth.values, max).enumerated() {
        labels[row] = try pixelClass(value, event, plane)
      }
      return labels
    }
    let stored = PixelOrder(try form.keys(truth, event), form)
    var row = 0
    for (key, value) in zip(stored.keys, stored.combined(truth.values, max)) {
      while row < order.keys.count, order.keys[row] < key { row += 1 }
      guard row < order.keys.count, order.keys[row] == key else { continue }
      labels[row] = try pixelClass(value, event, plane)
    }
    return labels
  }

  private func pixelClass(
    _ value: Float, _ event: DetectorEvent, _ plane: Int
  ) throws(TaggerError) -> UInt8 {
    guard value == 0 || value == 1 || value == 2 else {
      throw TaggerError(
        .badData,
        "a label of \(event.name), projection \(plane), is \(value), but labels are 0, 1 and 2: "
          + "choose another --label-producer, or leave the event out")
    }
    let label = UInt8(value)
    return label == 0 || labelConvention == .cosmicOne ? label : 3 - label
  }
}
