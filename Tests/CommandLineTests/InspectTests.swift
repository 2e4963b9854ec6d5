import Foundation
import Testing

/// One line of `inspect --json`.
private struct Line: Decodable {
  let entry: Int
  let product: String
  let projection: Int
  let figures: Figures

  private enum CodingKeys: CodingKey {
    case entry
    case product
    case projection
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    entry = try values.decode(Int.self, forKey: .entry)
    product = try values.decode(String.self, forKey: .product)
    projection = try values.decode(Int.self, forKey: .projection)
    figures = try Figures(from: decoder)
  }
}

/// The figures of an image that any correct reader agrees on.
private struct Figures: Decodable {
  let n: Int
  let sumID: UInt64
  let sumValue: Double?
  let crcID: UInt32
  let crcValue: UInt32

  private enum CodingKeys: String, CodingKey {
    case n
    case sumID = "sum_id"
    case sumValue = "sum_val"
    case crcID = "crc_id"
    case crcValue = "crc_val"
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    n = try values.decode(Int.self, forKey: .n)
    sumID = try values.decode(UInt64.self, forKey: .sumID)
    sumValue = try? values.decode(Double.self, forKey: .sumValue)
    crcID = try values.decode(UInt32.self, forKey: .crcID)
    crcValue = try values.decode(UInt32.self, forKey: .crcValue)
  }
}

private struct Description: Decodable {
  struct Event: Decodable {
    let entry: Int
    let products: [String: [Figures]]
  }

  let events: [Event]

  init(of file: String) throws {
    let path = file.dropLast(".h5".count) + ".larcv.json"
    let text = try String(contentsOfFile: String(path), encoding: .utf8)
    // Python writes NaN where a file holds one, which JSON does not know.
    self = try JSONDecoder().decode(
      Self.self, from: Data(text.replacing(":NaN", with: ":null").utf8))
  }
}

@Suite("inspect", .enabled(if: SharedData.isPresent))
struct InspectTests {
  @Test("--json agrees with the real larcv3 on every image", arguments: SharedData.described)
  func json(_ file: String) throws {
    let result = try Tool.run(["inspect", "--json", "--file", file])
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    var lines = try result.lines.map { line in
      let text = line.replacing(": NaN", with: ": null")
      return try JSONDecoder().decode(Line.self, from: Data(text.utf8))
    }[...]
    for event in try Description(of: file).events {
      for (product, images) in event.products.sorted(by: { $0.key < $1.key }) {
        for (projection, expected) in images.enumerated() {
          let next = lines.popFirst()
          let line = try #require(next)
          #expect(line.entry == event.entry)
          #expect(line.product == product)
          #expect(line.projection == projection)
          agree(line.figures, expected)
        }
      }
    }
    #expect(lines.isEmpty)
  }

  private func agree(_ ours: Figures, _ expected: Figures) {
    #expect(ours.n == expected.n)
    #expect(ours.sumID == expected.sumID)
    #expect(ours.crcID == expected.crcID)
    #expect(ours.crcValue == expected.crcValue)
    if let sum = expected.sumValue, let ourSum = ours.sumValue {
      #expect(abs(ourSum - sum) <= 1e-9 * max(1, abs(sum)))
    }
  }

  @Test("shows the tree and every image")
  func report() throws {
    let result = try Tool.run(["inspect", "--file", SharedData.real])
    #expect(result.code == 0)
    #expect(result.error.isEmpty)
    #expect(result.lines.first == "\(SharedData.real): 3 events")
    #expect(result.lines.contains("  /Events/event_id  [3] {run i64, subrun i64, event i64}"))
    let images = result.lines.filter { $0.contains("2048×1280") }
    #expect(images.count == 3 * 2 * 3)
    #expect(
      images.last?.split(separator: " ").prefix(5).joined(separator: " ")
        == "2 sparse2d_sbndwire 2 2048×1280 12218")
  }
}
