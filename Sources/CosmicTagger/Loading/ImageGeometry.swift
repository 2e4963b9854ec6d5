import LArCV

/// Size and orientation of a detector's images, as they enter the network: planes × rows × columns,
/// rows counting drift time and columns wires.
public struct ImageGeometry: Codable, Equatable, Sendable {
  /// Number of wire planes.
  public let planes: Int
  /// Bins of drift time after downsampling.
  public let rows: Int
  /// Wires after downsampling.
  public let columns: Int
  /// Extents of the stored images, in their own axis order.
  public let stored: [Int]
  /// Whether the first stored axis counts wires.
  public let isWireFirst: Bool
  /// The factor between stored and used extents.
  public let reduction: Int

  /// Pixels of one image.
  public var pixels: Int { rows * columns }

  /// Takes the geometry from the images of an event.
  ///
  /// - Throws: `TaggerError` when images differ in size, or cannot be downsampled as asked.
  public init(_ event: DetectorEvent, _ configuration: DataConfiguration) throws(TaggerError) {
    guard let first = event.images.first else {
      throw TaggerError(
        .badData,
        "\(event.name) has no planes, so that the size of the detector's images is unknown: choose "
          + "another event")
    }
    let stored = first.meta.voxelCounts
    guard stored.count == 2, stored.allSatisfy({ $0 >= 1 }) else {
      throw TaggerError(
        .badData,
        "\(event.name) has images of size \(stored), not of two axes with pixels: choose another "
          + "--image-producer, or leave the event out")
    }
    let isWireFirst =
      switch configuration.axes {
      case .automatic: stored[0] >= stored[1]
      case .wireDrift: true
      case .rowColumn: false
      }
    let reduction = 1 << configuration.downsample
    guard stored.allSatisfy({ $0 % reduction == 0 }) else {
      throw TaggerError(
        .usage,
        "images of \(stored[0])×\(stored[1]) in \(event.name) cannot be halved "
          + "\(configuration.downsample) times: use a smaller --downsample")
    }
    if let expected = configuration.planeCount, event.images.count != expected {
      throw TaggerError(
        .usage,
        "\(event.name) has \(event.images.count) planes, but --nplanes \(expected) was given: "
          + "leave it out")
    }
    planes = event.images.count
    rows = (isWireFirst ? stored[1] : stored[0]) / reduction
    columns = (isWireFirst ? stored[0] : stored[1]) / reduction
    self.stored = stored
    self.isWireFirst = isWireFirst
    self.reduction = reduction
    if let shape = configuration.shape, shape != [rows, columns] {
      throw TaggerError(
        .usage,
        "images of \(event.name) have \(rows)×\(columns) pixels (drift × wire), but --shape "
          + "\(shape.map(String.init).joined(separator: " ")) was given: choose another --downsample"
      )
    }
  }

  /// Looks for the first event of a source that has planes.
  ///
  /// - Throws: `TaggerError` when none has.
  public static func find(
    in source: any EventSource, _ configuration: DataConfiguration
  ) throws(TaggerError) -> ImageGeometry {
    let searched = min(source.eventCount ?? 1, 100)
    for number in 0..<searched {
      do throws(TaggerError) {
        let event = try source.event(number)
        if !event.images.isEmpty { return try ImageGeometry(event, configuration) }
      } catch {
        guard configuration.skipsBadEvents, error.kind == .badData else { throw error }
      }
    }
    let kind = configuration.skipsBadEvents ? "any planes that are not bad" : "any planes"
    let place = configuration.file ?? "the simulation"
    throw TaggerError(
      .badData,
      "none of the first \(searched) events of \(place) has \(kind): choose another file, or "
        + "another --image-producer")
  }

  /// Checks that a network of this depth can halve the images all the way down.
  ///
  /// - Throws: `TaggerError` that names the depth that would work.
  public func checkDepth(_ depth: Int) throws(TaggerError) {
    let halvings = min(rows.trailingZeroBitCount, columns.trailingZeroBitCount)
    guard halvings >= depth else {
      throw TaggerError(
        .usage,
        "images of \(rows)×\(columns) (drift × wire) cannot be halved \(depth) times: "
          + remedy(halvings))
    }
  }

  private func remedy(_ halvings: Int) -> String {
    let shallower = halvings > 0 ? "--network-depth \(halvings) or less" : nil
    let larger = reduction > 1 ? "a smaller --downsample" : nil
    let remedies = [shallower, larger].compactMap { $0 }
    return remedies.isEmpty
      ? "choose a file whose images can" : "use " + remedies.joined(separator: ", or ")
  }
}
