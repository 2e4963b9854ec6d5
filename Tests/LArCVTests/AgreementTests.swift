import Foundation
import LArCV
import Testing

@Suite("Agreement with the real larcv3", .enabled(if: SharedData.isPresent))
struct AgreementTests {
  @Test("every event of its files is read as it reads them", arguments: SharedData.described)
  func files(_ path: String) throws {
    let expected = try SharedData.description(of: path)
    let reader = try LArCVReader(path: path)
    #expect(reader.entryCount == expected.entries)
    #expect(reader.products.filter { $0.type == "sparse2d" }.map(\.name) == expected.products)
    for event in expected.events {
      let id = try reader.eventID(entry: event.entry)
      #expect([id.run, id.subrun, id.event] == event.eventID)
      for product in reader.products where product.type == "sparse2d" {
        let images = try reader.sparseImages(product, entry: event.entry)
        let described = try #require(event.products[product.name])
        try #require(images.count == described.count)
        for (image, projection) in zip(images, described) { agree(image, projection) }
      }
    }
  }

  private func agree(_ image: SparseImage, _ expected: FileDescription.Projection) {
    #expect(image.meta.isValid == expected.meta.valid)
    #expect(image.meta.projection == expected.meta.id)
    #expect(image.meta.voxelCounts == expected.meta.voxelCounts)
    #expect(image.meta.imageSizes == expected.meta.imageSizes)
    #expect(image.meta.origin == expected.meta.origin)
    #expect(image.ids.count == expected.count)
    #expect(image.values.count == expected.count)
    #expect(image.ids.reduce(0, &+) == expected.idSum)
    #expect(Checksum.of(image.ids) == expected.idChecksum)
    #expect(Checksum.of(image.values) == expected.valueChecksum)
    if let sum = expected.valueSum {
      let ours = image.values.filter(\.isFinite).reduce(0) { $0 + Double($1) }
      #expect(abs(ours - sum) <= 1e-9 * max(1, abs(sum)))
    }
  }

  @Test("a file of every type lists its products, its datasets and its 3D voxels")
  func allTypes() throws {
    let reader = try LArCVReader(path: SharedData.allTypes)
    let volume = try #require(reader.products.first { $0.type == "sparse3d" })
    #expect(Set(reader.products.map(\.type)).isSuperset(of: ["cluster2d", "image2d", "particle"]))
    let images = try (0..<reader.entryCount).map { try reader.sparseImages(volume, entry: $0) }
    #expect(images.joined().reduce(0) { $0 + $1.ids.count } == 60)
    #expect(images.joined().allSatisfy { $0.meta.voxelCounts.count == 3 })
    let tree = try reader.tree()
    #expect(tree.contains { $0.path.hasSuffix("/images") && $0.type == "f32" })
    let voxels = try #require(tree.first { $0.path.hasSuffix("sparse3d_vox_group/voxels") })
    #expect(voxels.type == "{id u64, value f32}")
    #expect(voxels.shape == [60])
    #expect(voxels.bytes == 566)
  }
}
