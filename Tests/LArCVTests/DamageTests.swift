import DamagedFiles
import Foundation
import LArCV
import Testing

/// Reads everything a file has, by every entrance, and says how it went.
enum Exhaustive {
  static func read(_ path: String) throws(LArCVError) {
    let reader = try LArCVReader(path: path)
    var failure: LArCVError?
    func note(_ body: () throws(LArCVError) -> Void) {
      do throws(LArCVError) { try body() } catch { failure = error }
    }
    note { () throws(LArCVError) in _ = try reader.tree() }
    for entry in 0..<min(reader.entryCount, 50) {
      note { () throws(LArCVError) in _ = try reader.eventID(entry: entry) }
      for product in reader.products where product.type.hasPrefix("sparse") {
        note { () throws(LArCVError) in
          for image in try reader.sparseImages(product, entry: entry) {
            try image.checkedForTraining(file: path, product: product, entry: entry)
          }
        }
      }
    }
    for entry in 0..<min(reader.entryCount, 50) {
      for product in reader.products where product.type == "cluster2d" {
        note { () throws(LArCVError) in
          _ = try reader.clusters(producer: product.producer, entry: entry)
        }
      }
      for product in reader.products where product.type == "particle" {
        note { () throws(LArCVError) in
          _ = try reader.particles(producer: product.producer, entry: entry)
        }
      }
    }
    if let failure { throw failure }
  }
}

@Suite("Damaged files end in an error, not in a crash")
struct DamageTests {
  @Test("cut anywhere", .enabled(if: SharedData.isPresent))
  func truncations() throws {
    let scratch = try Scratch()
    let whole = try Data(contentsOf: URL(fileURLWithPath: SharedData.small))
    for length in stride(from: 0, to: whole.count, by: 211) {
      let path = scratch.file("cut.h5")
      try whole.prefix(length).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: LArCVError.self) { try Exhaustive.read(path) }
      #expect(error?.kind == .badData)
      #expect(error?.message.hasPrefix(path) == true)
    }
  }

  @Test("some bytes changed", .enabled(if: SharedData.isPresent), arguments: 0..<8)
  func mutations(_ seed: UInt64) throws {
    let scratch = try Scratch()
    let source = seed % 2 == 0 ? SharedData.small : SharedData.allTypes
    let whole = try Data(contentsOf: URL(fileURLWithPath: source))
    var generator = DamageGenerator(state: seed)
    for round in 0..<100 {
      var damaged = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let position = Int.random(in: 0..<whole.count, using: &generator)
        let byte = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)]
        damaged[position] = byte.randomElement(using: &generator) ?? 0
      }
      let path = scratch.file("damaged-\(round).h5")
      try damaged.write(to: URL(fileURLWithPath: path))
      do throws(LArCVError) {
        try Exhaustive.read(path)
      } catch {
        #expect(error.message.hasPrefix(path))
      }
      try FileManager.default.removeItem(atPath: path)
    }
  }
}
