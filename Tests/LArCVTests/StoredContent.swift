/// A number of a row, as a writer holds it in memory.
enum Cell {
  case uint8(UInt8)
  case uint32(UInt32)
  case uint64(UInt64)
  case int64(Int64)
  case float32(Float)
  case float64s([Double])
  case uint64s([UInt64])

  var bytes: [UInt8] {
    func raw<Value: BitwiseCopyable>(_ value: Value) -> [UInt8] {
      withUnsafeBytes(of: value) { Array($0) }
    }
    return switch self {
    case .uint8(let value): [value]
    case .uint32(let value): raw(value)
    case .uint64(let value): raw(value)
    case .int64(let value): raw(value)
    case .float32(let value): raw(value)
    case .float64s(let values): values.flatMap { raw($0) }
    case .uint64s(let values): values.flatMap { raw($0) }
    }
  }
}

/// The rows of a larcv3 file of sparse images, table by table, right or wrong.
///
/// Three events of two planes of 8×5 voxels to begin with: a test changes what it wants changed, and
/// writes them in whatever form.
struct StoredContent {
  struct Extent {
    var first: UInt64
    var count: UInt32
    var number: UInt32 = 0
  }

  struct Meta {
    var valid: UInt8 = 1
    var projection: UInt64
    var sizes: [Double] = [8, 5]
    var voxelCounts: [UInt64] = [8, 5]
    var origin: [Double] = [-1, 2.5]
  }

  struct Voxel {
    var id: UInt64
    var value: Float
  }

  var eventIDs: [[Int64]] = [[-1, 0, 7], [1, 2, 3], [.max, .min, 0]]
  var events: [Extent] = []
  var projections: [Extent] = []
  var metas: [Meta] = []
  var voxels: [Voxel] = []

  init(voxelsOfPlanes: [[Int]] = [[3, 2], [0, 4], [5, 1]]) {
    for planes in voxelsOfPlanes {
      events.append(Extent(first: UInt64(projections.count), count: UInt32(planes.count)))
      for (plane, count) in planes.enumerated() {
        projections.append(
          Extent(first: UInt64(voxels.count), count: UInt32(count), number: UInt32(plane)))
        metas.append(Meta(projection: UInt64(plane)))
        voxels += (0..<count).map {
          Voxel(id: UInt64($0 * 7 + plane), value: Float(($0 + voxels.count) % 3))
        }
      }
    }
  }

  /// The columns and rows of the tables of a product, by their names.
  var tables: [String: StoredTable] {
    let extents: [(String, Cell)] = [("first", .uint64(0)), ("N", .uint32(0))]
    return [
      "extents": StoredTable(
        extents, events.map { [.uint64($0.first), .uint32($0.count)] }),
      "voxel_extents": StoredTable(
        extents + [("ID", .uint32(0))],
        projections.map { [.uint64($0.first), .uint32($0.count), .uint32($0.number)] }),
      "image_meta": StoredTable(
        [
          ("valid", .uint8(0)), ("projection_id", .uint64(0)), ("image_sizes", .float64s([0, 0])),
          ("number_of_voxels", .uint64s([0, 0])), ("origin", .float64s([0, 0])),
        ],
        metas.map {
          [
            .uint8($0.valid), .uint64($0.projection), .float64s($0.sizes),
            .uint64s($0.voxelCounts), .float64s($0.origin),
          ]
        }),
      "voxels": StoredTable(
        [("id", .uint64(0)), ("value", .float32(0))],
        voxels.map { [.uint64($0.id), .float32($0.value)] }),
    ]
  }

  var eventTable: StoredTable {
    StoredTable(
      ["run", "subrun", "event"].map { ($0, .int64(0)) }, eventIDs.map { $0.map { .int64($0) } })
  }
}

/// A table's columns, each with a cell of its type, and its rows.
struct StoredTable {
  let columns: [(name: String, kind: Cell)]
  let rows: [[Cell]]

  init(_ columns: [(String, Cell)], _ rows: [[Cell]]) {
    self.columns = columns.map { (name: $0.0, kind: $0.1) }
    self.rows = rows
  }

  var bytes: [UInt8] { rows.flatMap { $0.flatMap(\.bytes) } }
}
