import CZlib
import Files
import Foundation
import HDF5Files

extension Checkpoint {
  /// Writes the file: under a name of its own until it is complete and on the disk.
  ///
  /// - Throws: `FileError` when it cannot be made or completed; a file that was there is then as it was.
  public func write(to path: String) throws(FileError) {
    try HDF5.checkThreadSafety(path)
    let temporary = try TemporaryFile(beside: path)
    guard let file = HDF5Handle.makeFile(temporary.path) else {
      throw .inputOutput(path, "cannot be made (\(HDF5.reason())); check its directory")
    }
    do throws(HDF5Failure) {
      try write(into: file)
    } catch {
      throw .inputOutput(path, "cannot be written (\(error.reason)); check the disk's space")
    }
    guard file.flushFile(), file.close() else {
      throw .inputOutput(path, "cannot be completed (\(HDF5.reason())); check the disk's space")
    }
    try temporary.takeName()
  }

  private func write(into file: HDF5Handle) throws(HDF5Failure) {
    guard let group = file.makeGroup("parameters") else {
      throw HDF5Failure(reason: HDF5.reason())
    }
    for entry in parameters {
      // One value more, so that an array without any has an address too.
      try (entry.values + [0]).withUnsafeBufferPointer { values throws(HDF5Failure) in
        guard let first = values.baseAddress else { return }
        try group.makeArray(entry.name, shape: entry.shape, values: first)
      }
    }
    try file.setAttribute("format", text: Self.format)
    try file.setAttribute("version", number: Self.version)
    try file.setAttribute("step", number: step)
    try file.setAttribute("configuration", text: configurationText)
    try file.setAttribute("digest", text: digest)
  }

  private var configurationText: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = try? encoder.encode(configuration)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  /// The CRC-32 of names, extents and values.
  var digest: String {
    var code = crc32(0, nil, 0)
    func add(_ bytes: UnsafeRawBufferPointer) {
      let start = bytes.bindMemory(to: UInt8.self)
      code = crc32_z(code, start.baseAddress, start.count)
    }
    for entry in parameters {
      Array(entry.name.utf8).withUnsafeBytes(add)
      entry.shape.map { Int64($0).littleEndian }.withUnsafeBytes(add)
      entry.values.withUnsafeBytes(add)
    }
    return String(format: "%08x", UInt32(truncatingIfNeeded: code))
  }

  /// Reads a file, and checks all it says.
  ///
  /// - Throws: `FileError` when there is no such file, when it is no checkpoint or one of another
  ///   version, and when it is damaged: values that are not finite, or not those of its digest.
  public init(contentsOf path: String) throws(FileError) {
    let file = try HDF5File(path: path, writtenBy: "cosmic-tagger")
    let root = try file.open("/")
    guard root.textAttribute("format") == Self.format else {
      throw .badData(path, "is not a checkpoint; give one that training wrote")
    }
    guard let version = root.numberAttribute("version"), version == Self.version else {
      throw .badData(
        path,
        "has version \(root.numberAttribute("version").map(String.init) ?? "none"); this "
          + "program reads version \(Self.version)")
    }
    guard let step = root.numberAttribute("step"), step >= 0,
      let text = root.textAttribute("configuration"),
      let configuration = try? JSONDecoder().decode([String: String].self, from: Data(text.utf8)),
      let digest = root.textAttribute("digest")
    else {
      throw .badData(path, "lacks its step, configuration or digest; \(FileError.copyAgain)")
    }
    self.init(
      parameters: try Self.entries(file), step: step, configuration: configuration)
    guard digest == self.digest else {
      throw .badData(
        path,
        "has parameters of digest \(self.digest) where it says \(digest); "
          + FileError.copyAgain)
    }
  }

  private static func entries(_ file: HDF5File) throws(FileError) -> [Entry] {
    var entries: [Entry] = []
    for name in try file.linkNames(in: "/parameters", limit: mostParameters) {
      entries.append(try entry(name, file))
    }
    return entries
  }

  /// Half as many again as the deepest network with the most blocks has.
  private static let mostParameters = 1 << 15

  private static func entry(_ name: String, _ file: HDF5File) throws(FileError) -> Entry {
    let dataset = try file.open("/parameters/\(name)")
    guard dataset.isDataset, let type = dataset.rowType, type.isSound(), type.isNumeric,
      dataset.storage != .elsewhere, let shape = dataset.extents
    else { throw .badData(file.path, "\(name) is not an array of numbers; \(FileError.copyAgain)") }
    var count = 1
    for extent in shape {
      let (product, isTooLarge) = count.multipliedReportingOverflow(by: extent)
      count = isTooLarge ? .max : product
    }
    // Compression makes a thousandth of a thing at best.
    guard count <= file.size * 256 else {
      throw .badData(
        file.path,
        "\(name) claims the shape \(shape), more than the file holds; "
          + FileError.copyAgain)
    }
    let values: [Float]
    do throws(HDF5Failure) {
      values = try dataset.readArray(count: count)
    } catch {
      throw .badData(
        file.path, "\(name) cannot be read (\(error.reason)); \(FileError.copyAgain)")
    }
    guard let index = values.firstIndex(where: { !$0.isFinite }) else {
      return Entry(name: name, shape: shape, values: values)
    }
    throw .badData(
      file.path, "\(name) has the value \(values[index]) at \(index); use an earlier checkpoint")
  }
}
