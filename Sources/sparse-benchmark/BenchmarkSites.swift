import ArgumentParser
import CosmicTagger
import Foundation
import Sites
import Tensors

/// The sites that layers and rulebooks are timed on.
struct SiteOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp(
      "A larcv3 file: sites of one of its events, halved from level to level as in a U-Net.",
      valueName: "path"))
  var file: String?

  @Option(help: ArgumentHelp("Number of the event in the file.", valueName: "number"))
  var event = 0

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Levels of the event, 0 for full resolution.", valueName: "levels"))
  var levels = [0, 1, 2, 3, 4, 5]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Shares of an image's pixels that random sites occupy.",
      discussion: "Without it, 0.02, 0.2 and 0.8; nothing random with --file.",
      valueName: "shares"))
  var occupancy: [Double] = []

  @Option(help: ArgumentHelp("Number of random sites, about.", valueName: "count"))
  var sites = 30_000

  func validate() throws {
    guard levels.allSatisfy({ (0...16).contains($0) }) else {
      throw ValidationError("--levels are numbers from 0 to 16")
    }
    guard occupancy.allSatisfy({ $0 >= leastOccupancy && $0 <= 1 }) else {
      throw ValidationError("--occupancy takes shares from 1e-6 to 1")
    }
    guard (0...100_000_000).contains(sites) else {
      throw ValidationError("--sites \(sites) is not possible: use 0 to 100000000")
    }
  }

  /// Sets of sites by name: levels of the event, then random ones.
  func sets() throws -> [(name: String, sites: SiteSet)] {
    let shares = occupancy.isEmpty && file == nil ? [0.02, 0.2, 0.8] : occupancy
    let random = try shares.map { share in
      let name = "random \(String(format: "%g", share * 100)) %"
      return (name, try SiteSet.random(count: sites, occupancy: share, seed: 1))
    }
    return try (file.map(levels(of:)) ?? []) + random
  }

  private func levels(of file: String) throws -> [(name: String, sites: SiteSet)] {
    var sites = try SiteSet.event(event, of: file)
    var sets: [(name: String, sites: SiteSet)] = []
    for level in 0...(levels.max() ?? 0) {
      if levels.contains(level) { sets.append(("level \(level)", sites)) }
      if level < levels.max() ?? 0 { sites = try Rulebook.strided(sites, .halving).outputSites }
    }
    return sets
  }
}

/// The smallest share of pixels that random sites may occupy: images of fewer are larger than keys
/// can count.
let leastOccupancy = 1e-6

extension FilterGeometry {
  /// 3×3 in each plane.
  static let neighbours = FilterGeometry(size: [1, 3, 3])
  /// 2×2 with stride 2 in each plane.
  static let halving = FilterGeometry(size: [1, 2, 2], stride: [1, 2, 2])
}

extension SiteSet {
  /// The sites of an event of a larcv3 file.
  ///
  /// - Throws: `TaggerError` when the file cannot be read or has no such event.
  static func event(_ event: Int, of file: String, downsample: Int = 0) throws -> SiteSet {
    var data = DataConfiguration()
    data.file = file
    data.downsample = downsample
    let source = try data.openSource()
    let count = source.eventCount ?? 0
    guard (0..<count).contains(event) else {
      throw TaggerError(
        .usage, "--event \(event) is not in \(file): it has events 0 to \(count - 1)")
    }
    let geometry = try ImageGeometry.find(in: source, data)
    return try SiteAssembly(geometry, data).batch([source.event(event)]).sites
  }

  /// Sites drawn with equal probability for each pixel of some square images.
  ///
  /// - Parameters:
  ///   - count: number of sites, about.
  ///   - occupancy: share of the pixels.
  ///   - planes: number of images.
  ///   - multiple: the images' extent can be divided by this.
  static func random(
    count: Int, occupancy: Double, planes: Int = 1, multiple: Int = 2, seed: UInt64
  ) throws -> SiteSet {
    let ideal = (Double(count) / Double(planes) / occupancy).squareRoot()
    let extent = max(1, Int((ideal / Double(multiple)).rounded())) * multiple
    let packing = try SitePacking(batchSize: 1, spatialSize: [planes, extent, extent])
    var random = RandomStream(seed: seed, stream: 0)
    var keys: [UInt64] = []
    keys.reserveCapacity(count + count / 8)
    let (plane, row) = (packing.delta([1, 0, 0]), packing.delta([0, 1, 0]))
    let pixels = planes * extent * extent
    var pixel = -1
    while count > 0 {
      // Gaps between sites are geometric: one number a site, however empty the image.
      let gap = occupancy < 1 ? log(1 - random.uniform()) / log(1 - occupancy) : 0
      guard gap < Double(pixels - pixel - 1) else { break }
      pixel += 1 + Int(gap)
      let (line, column) = (pixel / extent, pixel % extent)
      keys.append(
        UInt64(line / extent) * plane + UInt64(line % extent) * row + UInt64(column))
    }
    return try SiteSet(packing: packing, sortedKeys: keys)
  }
}
