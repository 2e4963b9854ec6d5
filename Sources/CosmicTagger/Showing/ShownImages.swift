import LArCV

/// What was said of how an event's images are read; the rest is left to the checkpoint, or to today's
/// conventions.
public struct ShownImages: Equatable, Sendable {
  /// How many times images are halved.
  public var downsample: Int?
  /// The meaning of the axes.
  public var axes: DataConfiguration.Axes?
  /// The meaning of label values.
  public var labelConvention: DataConfiguration.LabelConvention?
  /// Producer of the charge images.
  public var imageProducer: String?
  /// Producer of the label images.
  public var labelProducer: String?

  /// Nothing said.
  public init() {}

  /// Puts what was said in the place of what is known.
  func applied(to data: DataConfiguration, file: String?) -> DataConfiguration {
    var applied = data
    applied.file = file
    applied.minibatchSize = 1
    applied.downsample = downsample ?? data.downsample
    // A simulation has conventions of its own, whatever a network was trained on.
    let images = file == nil ? DataConfiguration() : data
    applied.axes = axes ?? images.axes
    applied.labelConvention = labelConvention ?? images.labelConvention
    applied.imageProducer = imageProducer ?? images.imageProducer
    applied.labelProducer = labelProducer ?? images.labelProducer
    return applied
  }
}

/// Events of a file whose charge alone is known.
struct UnlabelledEventSource: EventSource {
  private let reader: LArCVReader
  private let producer: String

  /// A source where a file has no labels; nothing where it has, or is none.
  ///
  /// - Throws: `TaggerError` when the file cannot be read.
  init?(_ data: DataConfiguration) throws(TaggerError) {
    guard let file = data.file else { return nil }
    do {
      reader = try LArCVReader(path: file)
    } catch {
      throw TaggerError(error)
    }
    producer = data.imageProducer
    let labels = Product(type: "sparse2d", producer: data.labelProducer)
    guard !reader.products.contains(labels) else { return nil }
  }

  var eventCount: Int? { reader.entryCount }

  func event(_ number: Int) throws(TaggerError) -> DetectorEvent {
    let product = Product(type: "sparse2d", producer: producer)
    do {
      let images = try reader.sparseImages(product, entry: number).map {
        try $0.checkedForTraining(file: reader.path, product: product, entry: number)
      }
      return DetectorEvent(
        images: images, labels: [], name: "entry \(number) of \(reader.path)")
    } catch {
      throw TaggerError(error)
    }
  }
}
