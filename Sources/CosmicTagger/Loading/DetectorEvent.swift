import LArCV

/// One event as it was read or simulated: charge and label images of each wire plane.
public struct DetectorEvent: Sendable {
  /// Charge, a sparse image for each plane.
  public let images: [SparseImage]
  /// Labels, a sparse image for each plane.
  public let labels: [SparseImage]
  /// How messages name the event: `entry 3 of FILE`.
  public let name: String
  /// Its label in the experiment, if it has one.
  public let id: EventID?
  /// What is known of it as a whole, if that was asked for.
  public let truth: EventTruth?
  /// Bytes read from a file for its images, compressed as they are there.
  public let storedByteCount: Int

  /// An event with its images.
  public init(
    images: [SparseImage], labels: [SparseImage], name: String, id: EventID? = nil,
    truth: EventTruth? = nil, storedByteCount: Int = 0
  ) {
    self.images = images
    self.labels = labels
    self.name = name
    self.id = id
    self.truth = truth
    self.storedByteCount = storedByteCount
  }

  /// Voxels of all its images, charge and labels.
  var voxelCount: Int { (images + labels).reduce(0) { $0 + $1.ids.count } }
}
