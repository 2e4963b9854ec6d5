import CHDF5
import LArCV
import Testing

@Suite("Files that larcv3 garbles")
struct VariantRefusalTests {
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What the reader's sentence contains.
    let words: String
    /// What the check reports first: dataset below the product's group, and kind.
    let dataset: String
    let kind: FileProblem.Kind
    let change: @Sendable (inout StoredContent, inout StoredFile) -> Void

    init(
      _ name: String, _ words: String, _ dataset: String, _ kind: FileProblem.Kind,
      _ change: @escaping @Sendable (inout StoredContent, inout StoredFile) -> Void
    ) {
      testDescription = name
      self.words = words
      self.dataset = dataset
      self.kind = kind
      self.change = change
    }
  }

  static let tables: [Damage] =
    ["extents", "voxel_extents", "image_meta", "voxels"].flatMap { table in
      [
        Damage("no \(table)", "has no /Data/sparse2d_sbndwire_group/\(table)", table, .structure) {
          $1.omittedTables = [table]
        },
        Damage("\(table) without columns", "is not a table of compound", table, .structure) {
          $1.plainTables = [table]
        },
      ]
    }

  static let members: [Damage] = [
    ("extents", "first"), ("voxel_extents", "N"), ("image_meta", "valid"),
    ("image_meta", "projection_id"), ("image_meta", "number_of_voxels"), ("voxels", "id"),
    ("voxels", "value"),
  ].map { table, member in
    Damage("no \(member) of \(table)", "has no member \"\(member)\"", table, .structure) {
      $1.form.omittedMembers = [member]
    }
  }

  static let filters: [Damage] = [
    (H5Z_filter_t(32_000), "the filter LZF"), (H5Z_filter_t(32_015), "the filter Zstandard"),
    (H5Z_filter_t(31_999), "filter 31999"), (H5Z_FILTER_NBIT, "the filter n-bit"),
  ].map { number, name in
    Damage("\(name)", "is packed by \(name)", "extents", .structure) {
      $1.form.otherFilter = number
    }
  }

  static let rows: [Damage] = [
    Damage("event_id longer than extents", "for the 4 events", "extents", .rows) { content, _ in
      content.eventIDs.append([0, 0, 0])
    },
    Damage("event_id shorter than extents", "for the 2 events", "extents", .rows) { content, _ in
      content.eventIDs.removeLast()
    },
    Damage("fewer image_meta", "has 5 rows for the 6", "image_meta", .rows) { content, _ in
      content.metas.removeLast()
    },
    Damage("truncated voxels", "voxel_extents row 5 points to 1", "voxel_extents", .extents) {
      content, _ in content.voxels.removeLast()
    },
    Damage("events beyond all projections", "extents row 2 points to", "extents", .extents) {
      content, _ in content.events[2].count = 3
    },
    Damage("a first beyond counting", "row 5 points to 1 rows", "voxel_extents", .extents) {
      content, _ in content.projections[5].first = .max
    },
    Damage("events in disorder", "extents row 1 begins at 0", "extents", .extents) {
      content, _ in content.events[1].first = 0
    },
    Damage("projections in disorder", "row 5 begins at 9", "voxel_extents", .extents) {
      content, _ in content.projections[5].first = 9
    },
    Damage(
      "numbers in disorder", "has projection_id 1 at position 0", "image_meta", .projections
    ) { content, _ in
      content.metas[0].projection = 1
      content.metas[1].projection = 0
    },
    Damage("a number twice", "has projection_id 0 at position 1", "image_meta", .projections) {
      content, _ in content.metas[3].projection = 0
    },
    Damage("valid 0", "not valid", "image_meta", .geometry) { content, _ in
      content.metas[1].valid = 0
    },
    Damage("no voxels along an axis", "an image of [0, 5]", "image_meta", .geometry) {
      content, _ in content.metas[4].voxelCounts = [0, 5]
    },
    Damage("more voxels than can be counted", "an image of", "image_meta", .geometry) {
      content, _ in content.metas[4].voxelCounts = [1 << 40, 1 << 40]
    },
    Damage("an axis beyond counting", "a number beyond 2^63", "image_meta", .geometry) {
      content, _ in content.metas[4].voxelCounts = [.max, 1]
    },
    Damage("a voxel outside", "has id 40, outside", "voxels", .outside) { content, _ in
      content.voxels[8].id = 40
    },
    Damage("voxels in disorder", "has id 0 after 7", "voxels", .order) { content, _ in
      content.voxels[2].id = 0
    },
    Damage("a voxel twice", "repeats id 7", "voxels", .repeated) { content, _ in
      content.voxels[2].id = 7
    },
    Damage("a value that is not finite", "has value nan", "voxels", .finite) { content, _ in
      content.voxels[2].value = .nan
    },
  ]

  /// What a run would see: every image, fit for training.
  private func read(_ path: String) throws(LArCVError) {
    let reader = try LArCVReader(path: path)
    let product = Product(type: "sparse2d", producer: "sbndwire")
    for entry in 0..<reader.entryCount {
      for image in try reader.sparseImages(product, entry: entry) {
        try image.checkedForTraining(file: path, product: product, entry: entry)
      }
    }
  }

  @Test("are refused by name, and found by a check", arguments: tables + members + filters + rows)
  func refused(_ damage: Damage) throws {
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    var content = StoredContent()
    var file = StoredFile(form: StoredForm())
    damage.change(&content, &file)
    try file.write(content, to: path)
    let error = #expect(throws: LArCVError.self) { try read(path) }
    #expect(error?.kind == .badData)
    #expect(error?.message.hasPrefix("\(path): ") == true)
    #expect(error?.message.contains(damage.words) == true, "\(error?.message ?? "")")
    do throws(LArCVError) {
      var check = try FileCheck(path: path, imageProducer: "sbndwire")
      check.run()
      let groups = check.problems.groups
      #expect(
        groups.contains { $0.dataset.hasSuffix("/\(damage.dataset)") && $0.kind == damage.kind },
        "\(groups)")
    } catch {
      // Every table is packed by the same filter, that of events included.
      #expect(error.message.contains(damage.words), "\(error)")
    }
  }

  @Test("have all of their problems found, the first of each kind with its place")
  func all() throws {
    var content = StoredContent(voxelsOfPlanes: [[12, 2], [0, 4], [5, 1]])
    for voxel in 0..<11 { content.voxels[voxel].value = .infinity }
    content.voxels[12].value = 3
    content.voxels[15].id = 99
    content.metas[4].valid = 0
    content.metas[5].origin = [.nan, 0]
    let scratch = try Scratch()
    let path = scratch.file("events.h5")
    try StoredFile(form: StoredForm()).write(content, to: path)
    var check = try FileCheck(path: path, labelProducer: "sbndwire", limit: 3)
    var steps: [Int] = []
    check.run { done, all in steps.append(done * 10 + all) }
    #expect(steps == [13, 23, 33])
    let groups = check.problems.groups
    #expect(check.problems.count == groups.reduce(0) { $0 + $1.count })
    let infinite = try #require(groups.first { $0.kind == .finite })
    #expect(infinite.count == 11)
    #expect(infinite.first.count == 3)
    #expect(infinite.more == 8)
    let label = try #require(groups.first { $0.kind == .label })
    #expect(
      label.first.map(\.description) == [
        "/Data/sparse2d_sbndwire_group/voxels: event 0: projection 1: voxel 0 (id 1) has label 3.0, "
          + "which is not 0, 1 or 2"
      ])
    #expect(groups.first { $0.kind == .geometry }?.first.map(\.entry) == [2, 2])
  }
}
