import GoldenFiles
import Testing

/// Proves the reader of golden files on what `layers.h5` is known to hold.
@Suite("Golden files", .enabled(if: GoldenFile.isAvailable("layers.h5")))
struct GoldenFileTests {
  @Test("attributes of every kind, and flags as numpy writes them")
  func attributes() throws {
    let file = try GoldenFile.open("layers.h5")
    #expect(try file.root.text("cases").hasPrefix("["))
    for golden in try file.root.groups() where golden.hasAttribute("bias") {
      #expect(try golden.flag("bias") == golden.hasDataset("bias"), "\(golden.name)")
      let dimension = try golden.integer("dimension")
      #expect(try golden.number("dimension") == Double(dimension))
      #expect(try golden.attributeNames().contains("op"))
      if golden.hasAttribute("filter_size") {
        #expect(try golden.integerList("filter_size").count == dimension)
      }
    }
  }

  @Test("datasets in every type, with the batch brought to the front")
  func datasets() throws {
    let file = try GoldenFile.open("layers.h5")
    for golden in try file.root.groups() where golden.hasAttribute("n_in_sites") {
      let shape = try golden.shape(of: "in_coords")
      let columns = try golden.integers("in_coords")
      let sites = try golden.sites("in_coords")
      #expect(sites.count == shape[0])
      #expect(sites.map { $0[0] } == (0..<shape[0]).map { columns[($0 + 1) * shape[1] - 1] })
      #expect(try golden.floats("in_features").map(Double.init) == golden.doubles("in_features"))
      #expect(try golden.datasetNames().contains("in_features"))
    }
  }

  @Test("what is missing is named, not crashed upon")
  func missing() throws {
    let file = try GoldenFile.open("layers.h5")
    #expect(!file.root.hasGroup("nowhere/at/all"))
    #expect(!file.root.hasDataset("nowhere"))
    #expect(throws: GoldenFileError.self) { try file.group("nowhere") }
    #expect(throws: GoldenFileError.self) { try file.root.doubles("nowhere") }
    #expect(throws: GoldenFileError.self) { try file.root.integer("cases") }
    #expect(throws: GoldenFileError.self) { try file.root.text("seed") }
    #expect(throws: GoldenFileError.self) { try GoldenFile("nowhere.h5") }
  }
}
