import Files

/// Keeps a second run out of a folder.
final class RunLock {
  private let lock: FileLock

  /// Takes the folder.
  ///
  /// - Parameter option: the option that named it, for messages.
  /// - Throws: `TaggerError` when another run has it.
  init(_ folder: OutputFolder, option: String) throws(TaggerError) {
    let path = folder.file(".lock")
    do throws(FileLock.Failure) {
      lock = try FileLock(path, isSigned: true)
    } catch {
      switch error {
      case .held(let process):
        let owner = process.map { " (process \($0))" } ?? ""
        throw TaggerError(
          .inputOutput,
          "the folder \"\(folder.path)\" is in use by another run\(owner): wait for its end, or "
            + "choose another \(option)")
      case .unwritable(let reason):
        throw TaggerError(
          .inputOutput, "\(path) cannot be made (\(reason)): choose another \(option)")
      }
    }
  }
}
