import HDF5Files

/// Looks for what keeps a larcv3 file from being read or trained on, or what the real larcv3 garbles
/// in silence.
///
/// The tables of sparse images, clusters and particles (`sparse2d`, `sparse3d`, `cluster2d`,
/// `cluster3d`, `particle`) are followed from their first row to their last: all voxels are read once,
/// one image at a time, so that memory does not grow with the file.  Of products of other types
/// nothing is read but that each event has its row.  Where a reader stops at the first thing that is
/// wrong, this goes on to the next image.
///
///     var check = try FileCheck(path: "events.h5", labelProducer: "sbnd_cosmicseg")
///     check.run()
///     print(check.problems.count)
public struct FileCheck {
  /// What has been found.
  public private(set) var problems: ProblemList

  private let reader: LArCVReader
  private let imageProducer: String?
  private let labelProducer: String?

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - imageProducer: The producer of the `sparse2d` images that will be trained on, if that is known.
  ///   - labelProducer: The producer of their labels, whose values must be 0, 1 or 2.
  ///   - limit: How many problems of a kind are kept of each dataset.
  /// - Throws: `LArCVError` when there is nothing to be checked: the file cannot be opened, is not
  ///   HDF5, or has no list of events.
  public init(
    path: String, imageProducer: String? = nil, labelProducer: String? = nil, limit: Int = 10
  ) throws(LArCVError) {
    reader = try LArCVReader(path: path)
    self.imageProducer = imageProducer
    self.labelProducer = labelProducer
    problems = ProblemList(limit: limit)
  }

  /// What the file holds.
  public var products: [Product] { reader.products }

  /// The number of events.
  public var entryCount: Int { reader.entryCount }

  /// Refuses a producer that made none of the file's sparse images.
  ///
  /// - Throws: `LArCVError` of kind `usage` naming those that did.
  public func requireImages(of producer: String) throws(LArCVError) {
    try reader.checkPresence(Product(type: "sparse2d", producer: producer))
  }

  /// Checks the whole file.
  ///
  /// - Parameter progress: Called after each event of each product that is followed, with the number
  ///   of those done and of all.
  public mutating func run(progress: (Int, Int) -> Void = { _, _ in }) {
    HDF5.silence()
    checkNames()
    checkEventIDs()
    let walked = products.filter { Self.walkedTypes.contains($0.type) }
    let entryCount = entryCount
    let total = walked.count * entryCount
    var images: ImageList?
    var labels: ImageList?
    for (position, product) in walked.enumerated() {
      let advance = { (entry: Int) in progress(position * entryCount + entry + 1, total) }
      switch product.type {
      case "particle":
        ParticleCheck(reader, product, &problems)?.run(&problems, advance)
      default:
        let isImage = product == sparse(imageProducer)
        let isLabel = product == sparse(labelProducer)
        let found = ImageCheck(reader, product, isLabel: isLabel, &problems)?.run(
          &problems, advance)
        if isImage { images = found }
        if isLabel { labels = found }
      }
    }
    for product in products where !Self.walkedTypes.contains(product.type) {
      checkPresence(product)
    }
    if let images, let labels { images.checkPairs(labels, &problems) }
  }

  private func sparse(_ producer: String?) -> Product? {
    producer.map { Product(type: "sparse2d", producer: $0) }
  }

  /// Types whose tables are followed to the last row.
  private static let walkedTypes = ["sparse2d", "sparse3d", "cluster2d", "cluster3d", "particle"]

  /// Types that larcv3 knows besides.
  private static let otherTypes = [
    "image2d", "tensor1d", "tensor2d", "tensor3d", "tensor4d", "bbox2d", "bbox3d", "neutrino",
  ]

  private mutating func checkNames() {
    let names: [String]
    do throws(LArCVError) {
      names = try reader.file.linkNames(in: "/Data")
    } catch {
      return problems.add(.structure, "/Data", error, file: reader.path)
    }
    if products.isEmpty { problems.add(.structure, "/Data", "has no product") }
    for name in names {
      let path = "/Data/\(name)"
      if let product = Product(groupName: name) {
        guard !(Self.walkedTypes + Self.otherTypes).contains(product.type) else { continue }
        problems.add(
          .name, path,
          "is of type \"\(product.type)\", which larcv3 does not know: it then reads entry 0 of "
            + "the products after it for every event")
      } else if name.split(separator: "_", omittingEmptySubsequences: false).count > 2 {
        problems.add(
          .name, path, "is not called <type>_<producer>_group, so larcv3 cannot open the file")
      }
    }
  }

  private mutating func checkEventIDs() {
    guard entryCount > 0 else {
      return problems.add(.rows, "/Events/event_id", "has no events")
    }
    var entry = 0
    while entry < entryCount {
      do throws(LArCVError) {
        _ = try reader.eventID(entry: entry)
      } catch {
        problems.add(.unreadable, "/Events/event_id", entry: entry, error, file: reader.path)
      }
      entry += 1
    }
  }

  /// Products that are not read here: only that each event has its row.
  private mutating func checkPresence(_ product: Product) {
    let path = "\(product.groupPath)/extents"
    do throws(LArCVError) {
      let table = try HDF5Table(file: reader.file, path: path, layout: .extents)
      _ = try Extents(events: table, entryCount: entryCount)
    } catch {
      problems.add(.structure, path, error, file: reader.path)
    }
  }
}
