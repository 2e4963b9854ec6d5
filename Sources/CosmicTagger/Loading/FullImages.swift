import Sites
import Synchronization

/// The pixels of whole images as sites, for networks that compute on all of them.
///
/// Which pixels there are is the same for all batches of one size: they are listed once.
final class FullImages: Sendable {
  private let known = Mutex<SiteSet?>(nil)

  /// A batch in which every pixel is a site: without charge, and background, where nothing is stored.
  func fill(_ batch: SiteAssembly.Batch) throws(SiteError) -> SiteAssembly.Batch {
    let pixels = try sites(like: batch.sites)
    let size = pixels.spatialSize
    let perPlane = size[1] * size[2]
    var charges = [Float](repeating: 0, count: pixels.count)
    var labels = [UInt8](
      repeating: SiteAssembly.PixelClass.background.rawValue, count: pixels.count)
    for (row, position) in try batch.sites.positions().enumerated() {
      charges[Int(position)] = batch.charges[row]
      labels[Int(position)] = batch.labels[row]
    }
    let planes = (0..<pixels.batchSize * size[0]).flatMap {
      repeatElement(Int32($0 % size[0]), count: perPlane)
    }
    return SiteAssembly.Batch(sites: pixels, charges: charges, labels: labels, planes: planes)
  }

  private func sites(like sites: SiteSet) throws(SiteError) -> SiteSet {
    if let same = known.withLock({ $0 }), same.packing == sites.packing { return same }
    let pixels = sites.spatialSize.reduce(sites.batchSize, *)
    try SiteSet.checkRowCount(pixels)
    let all = try SiteSet(
      packing: sites.packing, positions: (0..<pixels).map { Int32($0) })
    known.withLock { $0 = all }
    return all
  }
}
