import CZlib
import LArCV
import Telemetry

/// `cosmic-tagger inspect`: what a larcv3 file holds.
public struct ContentInspection {
  private let reader: LArCVReader

  /// Opens a file.
  ///
  /// - Throws: `TaggerError` when it cannot be read.
  public init(path: String) throws(TaggerError) {
    do {
      reader = try LArCVReader(path: path)
    } catch {
      throw TaggerError(error)
    }
  }

  /// Prints the tree of the file, and a table of every sparse image.
  ///
  /// - Throws: `TaggerError` when something in the file cannot be read.
  public func report(_ print: (String) -> Void) throws(TaggerError) {
    do {
      print("\(reader.path): \(reader.entryCount) events")
      for dataset in try reader.tree() {
        let shape = dataset.shape.map(String.init).joined(separator: "×")
        print("  \(dataset.path)  [\(shape)] \(dataset.type)")
      }
      var table = MetricsTable(headers: [
        "event", "product", "projection", "size", "voxels", "smallest", "largest",
      ])
      try forEachImage { entry, product, projection, image in
        table.append([
          .count(entry), .text(product.name), .count(projection),
          .text(image.meta.voxelCounts.map(String.init).joined(separator: "×")),
          .count(image.ids.count),
          image.values.min().map { .number(Double($0), decimals: 3) } ?? .missing,
          image.values.max().map { .number(Double($0), decimals: 3) } ?? .missing,
        ])
      }
      print("\(table)")
    } catch {
      throw TaggerError(error)
    }
  }

  /// Prints one JSON object a line for each image: counts, sums and checksums, by which two readers
  /// can be compared.
  ///
  /// - Throws: `TaggerError` when something in the file cannot be read.
  public func reportJSON(_ print: (String) -> Void) throws(TaggerError) {
    do {
      try forEachImage { entry, product, projection, image in
        print(ImageSummary(entry, product, projection, image).line)
      }
    } catch {
      throw TaggerError(error)
    }
  }

  private func forEachImage(
    _ body: (Int, Product, Int, SparseImage) throws -> Void
  ) throws {
    for entry in 0..<reader.entryCount {
      for product in reader.products where product.type == "sparse2d" {
        let images = try reader.sparseImages(product, entry: entry)
        for (projection, image) in images.enumerated() {
          try body(entry, product, projection, image)
        }
      }
    }
  }
}

/// The figures of one image that any correct reader agrees on.
private struct ImageSummary {
  let entry: Int
  let product: String
  let projection: Int
  let image: SparseImage

  init(_ entry: Int, _ product: Product, _ projection: Int, _ image: SparseImage) {
    self.entry = entry
    self.product = product.name
    self.projection = projection
    self.image = image
  }

  /// One JSON object.
  var line: String {
    JSONLine([
      "entry": .count(entry), "product": .text(product), "projection": .count(projection),
      "n": .count(image.ids.count), "sum_id": .count(image.ids.reduce(0, &+)),
      "sum_val": .number(image.values.reduce(0.0) { $0 + Double($1) }),
      "crc_id": .count(Self.checksum(image.ids.map(\.littleEndian))),
      "crc_val": .count(Self.checksum(image.values.map(\.bitPattern.littleEndian))),
    ]).description
  }

  /// CRC-32 of the bytes, fed in pieces that zlib's 32-bit lengths can count.
  private static func checksum<Value: BitwiseCopyable>(_ values: [Value]) -> UInt {
    values.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 1 << 30).reduce(crc32(0, nil, 0)) { sum, start in
        let piece = bytes[start..<min(bytes.count, start + 1 << 30)]
        return crc32(
          sum, UnsafeRawBufferPointer(rebasing: piece).bindMemory(to: UInt8.self).baseAddress,
          uInt(piece.count))
      }
    }
  }
}
