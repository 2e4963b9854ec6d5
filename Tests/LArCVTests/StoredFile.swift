import CHDF5

/// Writes rows into a file by HDF5 itself, without anything of production.
struct StoredFile {
  var form: StoredForm
  /// Groups under `/Data`, each with the same tables.
  var groups = ["sparse2d_sbndwire_group"]
  /// Tables left out.
  var omittedTables: Set<String> = []
  /// Tables without columns: a plain number a row.
  var plainTables: Set<String> = []

  func write(_ content: StoredContent, to path: String) throws {
    H5Eset_auto2(0, nil, nil)
    let creation = try sound(H5Pcreate(submanifold_h5_file_create()))
    let access = try sound(H5Pcreate(submanifold_h5_file_access()))
    // A child process begun meanwhile would hold the lock, and keep the file from being read.
    try done(H5Pset_file_locking(access, false, true))
    try done(H5Pset_userblock(creation, hsize_t(form.userBlock)))
    try done(H5Pset_libver_bounds(access, form.versions.low, form.versions.high))
    if form.tracksOrder {
      try done(
        H5Pset_link_creation_order(
          creation, UInt32(H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED)))
    }
    let file = try sound(H5Fcreate(path, submanifold_h5_truncate(), creation, access))
    let events = try group(in: file, "Events")
    try write(content.eventTable, "event_id", in: events)
    let data = try group(in: file, "Data")
    for name in groups {
      let group = try self.group(in: data, name)
      for (table, rows) in content.tables.sorted(by: { $0.key < $1.key })
      where !omittedTables.contains(table) {
        try write(rows, table, in: group)
      }
      if form.hasExtraObjects { try addObjects(in: group) }
      try done(H5Gclose(group))
    }
    if form.hasExtraObjects { try addObjects(in: file) }
    try done(H5Gclose(data))
    try done(H5Gclose(events))
    try done(H5Fclose(file))
  }

  private func group(in parent: hid_t, _ name: String) throws -> hid_t {
    let creation = try sound(H5Pcreate(submanifold_h5_group_create()))
    if form.tracksOrder {
      try done(
        H5Pset_link_creation_order(
          creation, UInt32(H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED)))
    }
    return try sound(H5Gcreate2(parent, name, 0, creation, 0))
  }

  private func write(_ table: StoredTable, _ name: String, in group: hid_t) throws {
    let isPlain = plainTables.contains(name)
    let memory = try form.memoryType(of: table)
    let type = try isPlain ? submanifold_h5_native_double() : form.fileType(of: table)
    var count = hsize_t(table.rows.count)
    var limit = form.hasFixedSize || !form.isChunked ? count : hsize_t.max
    let space = try sound(H5Screate_simple(1, &count, &limit))
    let dataset = try sound(H5Dcreate2(group, name, type, space, 0, form.storage(), 0))
    if !isPlain, count > 0 { try done(H5Dwrite(dataset, memory, 0, 0, 0, table.bytes)) }
    try done(H5Dclose(dataset))
  }

  /// What has nothing to do with events.
  private func addObjects(in group: hid_t) throws {
    let notes = try self.group(in: group, "notes")
    var extents: [hsize_t] = [2, 3]
    let space = try sound(H5Screate_simple(2, &extents, nil))
    let numbers = try sound(
      H5Dcreate2(notes, "numbers", submanifold_h5_native_float(), space, 0, 0, 0))
    let attribute = try sound(
      H5Acreate2(group, "made_by", submanifold_h5_native_int64(), space, 0, 0))
    try done(H5Aclose(attribute))
    try done(H5Dclose(numbers))
    try done(H5Gclose(notes))
  }
}

extension StoredForm {
  fileprivate var isChunked: Bool {
    if case .chunked = layout { true } else { false }
  }

  /// The properties that a dataset is made with.
  fileprivate func storage() throws -> hid_t {
    let creation = try sound(H5Pcreate(submanifold_h5_dataset_create()))
    switch layout {
    case .contiguous: try done(H5Pset_layout(creation, H5D_CONTIGUOUS))
    case .compact: try done(H5Pset_layout(creation, H5D_COMPACT))
    case .chunked(let rows):
      var rows = hsize_t(rows)
      try done(H5Pset_chunk(creation, 1, &rows))
      if isShuffled { try done(H5Pset_shuffle(creation)) }
      if let deflate { try done(H5Pset_deflate(creation, deflate)) }
      if hasChecksums { try done(H5Pset_fletcher32(creation)) }
      if let otherFilter {
        // Optional: HDF5 writes the chunks without it where it does not have it.
        try done(H5Pset_filter(creation, otherFilter, UInt32(H5Z_FLAG_OPTIONAL), 0, nil))
      }
    }
    return creation
  }
}
