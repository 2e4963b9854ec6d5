import Files
import Logging

/// The folder of a run with its log and checkpoints, kept from other runs: what the first rank has alone.
struct RunFolder {
  let folder: OutputFolder
  let checkpoints: CheckpointFolder
  /// Tells the console and the log.
  let logger: Logger

  private let file: LogFile
  private let locks: [RunLock]

  /// Makes what is missing, and takes it.
  ///
  /// - Throws: `TaggerError` or `FileError` when it cannot be made, or another run has it.
  init(_ training: TrainingConfiguration, _ console: Logger) throws {
    folder = try OutputFolder(training.logDirectory)
    let lock = try RunLock(folder, option: "--log-directory")
    file = try LogFile(folder.file("process.log"))
    logger = Logger(label: console.label) { [file] _ in ProcessLog(console.handler, file) }
    do {
      let option =
        training.checkpointDirectory == nil ? "--log-directory" : "--checkpoint-directory"
      let parent =
        if let path = training.checkpointDirectory {
          try OutputFolder(path, option: option)
        } else {
          folder
        }
      checkpoints = try CheckpointFolder(parent, option: option)
      // A run with another log may have them as its own.
      locks = [lock, try RunLock(OutputFolder(checkpoints.folder), option: option)]
      checkpoints.removeRemains()
    } catch {
      _ = file.append(TaggerError(error).description, .error)
      throw error
    }
  }

  /// Leaves an error in the log.
  func note(_ error: TaggerError) { _ = file.append(error.description, .error) }
}
