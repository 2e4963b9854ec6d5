import LArCV

/// How images are read, where it is not as in training: what was said over what a checkpoint says.
public struct ImageOverrides: Equatable, Sendable {
  /// How many times images are halved.
  public var downsample: Int?
  /// Producer of the charge images.
  public var imageProducer: String?
  /// Producer of the label images, which are then required.
  public var labelProducer: String?
  /// The meaning of the axes.
  public var axes: DataConfiguration.Axes?
  /// The meaning of label values.
  public var labelConvention: DataConfiguration.LabelConvention?
  /// Whether the network is given the logarithm of charge plus one.
  public var takesLogarithm: Bool?
  /// Whether charges are rounded to bfloat16.
  public var roundsCharges: Bool?
  /// Voxels of a plane beyond which an event is refused.
  public var maxVoxels: Int?
  /// Rows and columns that images must have.
  public var shape: [Int]?
  /// Planes that events must have.
  public var planeCount: Int?

  /// Nothing but what the checkpoint says.
  public init() {}

  func apply(to data: inout DataConfiguration) {
    data.downsample = downsample ?? data.downsample
    data.imageProducer = imageProducer ?? data.imageProducer
    data.labelProducer = labelProducer ?? data.labelProducer
    data.axes = axes ?? data.axes
    data.labelConvention = labelConvention ?? data.labelConvention
    data.takesLogarithm = takesLogarithm ?? data.takesLogarithm
    data.roundsCharges = roundsCharges ?? data.roundsCharges
    data.maxVoxels = maxVoxels ?? data.maxVoxels
    data.shape = shape ?? data.shape
    data.planeCount = planeCount ?? data.planeCount
  }
}

extension DataConfiguration {
  /// The configuration that reads labels where its file has them.
  ///
  /// - Parameter required: whether labels are read in any case, so that a file without them is refused.
  /// - Throws: `TaggerError` when the file cannot be read.
  func findingLabels(required: Bool) throws(TaggerError) -> DataConfiguration {
    guard !required else { return self }
    guard isolatesReader else { return try findingLabels(in: files) }
    var data = self
    data.readsLabels = try IsolatedEventSource(files, self).hasLabels
    return data
  }

  /// The configuration that reads labels where all of some files have them.
  ///
  /// - Throws: `TaggerError` when a file cannot be read.
  func findingLabels(in files: [String]) throws(TaggerError) -> DataConfiguration {
    var data = self
    do {
      let labels = Product(type: "sparse2d", producer: labelProducer)
      for file in files where data.readsLabels {
        data.readsLabels = try LArCVReader(path: file).products.contains(labels)
      }
    } catch {
      throw TaggerError(error)
    }
    return data
  }
}
