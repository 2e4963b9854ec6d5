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
    try Self.write(parameters, to: "parameters", of: file)
    if let training {
      guard let group = file.makeGroup("optimizer") else {
        throw HDF5Failure(reason: HDF5.reason())
      }
      for numbers in training.numbers {
        try Self.write(numbers.entries, to: numbers.name, of: group)
      }
      try file.setAttribute("optimizer", text: training.optimizer)
      try file.setAttribute("optimizer-steps", number: training.optimizerSteps)
    }
    try file.setAttribute("format", text: Self.format)
    try file.setAttribute("version", number: Self.version)
    try file.setAttribute("step", number: step)
    try file.setAttribute("configuration", text: Self.text(configuration))
    try file.setAttribute("state", text: Self.text(state))
    try file.setAttribute("digest", text: digest(version: Self.version))
  }

  private static func write(
    _ entries: [Entry], to name: String, of parent: HDF5Handle
  ) throws(HDF5Failure) {
    guard let group = parent.makeGroup(name) else { throw HDF5Failure(reason: HDF5.reason()) }
    for entry in entries {
      // One value more, so that an array without any has an address too.
      try (entry.values + [0]).withUnsafeBufferPointer { values throws(HDF5Failure) in
        guard let first = values.baseAddress else { return }
        try group.makeArray(entry.name, shape: entry.shape, values: first)
      }
    }
  }

  /// JSON, the same for the same texts.
  static func text(_ texts: [String: String]) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = try? encoder.encode(texts)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
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
    guard let version = root.numberAttribute("version"), (1...Self.version).contains(version) else {
      throw .badData(
        path,
        "has version \(root.numberAttribute("version").map(String.init) ?? "none"); this "
          + "program reads versions 1 to \(Self.version)")
    }
    guard let step = root.numberAttribute("step"), step >= 0,
      let configuration = root.texts("configuration"),
      let state = version == 1 ? [:] : root.texts("state"),
      let digest = root.textAttribute("digest")
    else {
      throw .badData(path, "lacks its step, configuration or digest; \(FileError.copyAgain)")
    }
    self.init(
      parameters: try Self.entries(file, "/parameters"), step: step, configuration: configuration,
      state: state, training: version == 1 ? nil : try Self.training(file, root))
    let found = self.digest(version: version)
    guard digest == found else {
      throw .badData(
        path, "has contents of digest \(found) where it says \(digest); \(FileError.copyAgain)")
    }
  }

  private static func training(
    _ file: HDF5File, _ root: HDF5Handle
  ) throws(FileError) -> TrainingState? {
    guard let optimizer = root.textAttribute("optimizer") else { return nil }
    guard let steps = root.numberAttribute("optimizer-steps"), steps >= 0 else {
      throw .badData(file.path, "lacks the optimizer's steps; \(FileError.copyAgain)")
    }
    var numbers: [TrainingState.Numbers] = []
    // No optimizer remembers more than a few numbers.
    for name in try file.linkNames(in: "/optimizer", limit: 8) {
      numbers.append(.init(name: name, entries: try entries(file, "/optimizer/\(name)")))
    }
    return TrainingState(optimizer: optimizer, optimizerSteps: steps, numbers: numbers)
  }

  private static func entries(
    _ file: HDF5File, _ group: String
  ) throws(FileError) -> [Entry] {
    var entries: [Entry] = []
    for name in try file.linkNames(in: group, limit: mostParameters) {
      entries.append(try entry(name, group, file))
    }
    return entries
  }

  /// Half as many again as the deepest network with the most blocks has.
  private static let mostParameters = 1 << 15

  private static func entry(
    _ name: String, _ group: String, _ file: HDF5File
  ) throws(FileError) -> Entry {
    let dataset = try file.open("\(group)/\(name)")
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
    // Squares that an optimizer remembers may be more than numbers hold: its steps are then none.
    let isNetwork = group == "/parameters"
    guard isNetwork, let index = values.firstIndex(where: { !$0.isFinite }) else {
      return Entry(name: name, shape: shape, values: values)
    }
    throw .badData(
      file.path, "\(name) has the value \(values[index]) at \(index); use an earlier checkpoint")
  }
}

extension HDF5Handle {
  /// An attribute that is a JSON object of texts.
  fileprivate func texts(_ name: String) -> [String: String]? {
    textAttribute(name).flatMap {
      try? JSONDecoder().decode([String: String].self, from: Data($0.utf8))
    }
  }
}
