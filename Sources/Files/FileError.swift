/// Why a file could not be read or written, in one sentence.
///
/// The sentence names the file and, where they are known, the dataset, the event and the value at
/// fault, and ends with what can be done about it.
public struct FileError: Error, CustomStringConvertible, Sendable, Hashable {
  /// Whose fault it is, which decides the exit code of a program.
  public enum Kind: Sendable, Hashable {
    /// The file is not what it should be.
    case badData
    /// The operating system refused: no such file, no permission, disk full.
    case inputOutput
    /// The caller asked for something that is not there, or offered something unfit to be written.
    case usage
  }

  /// Whose fault it is.
  public let kind: Kind
  /// The sentence.
  public let message: String

  /// An error of a kind, with its sentence.
  public init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  /// The sentence.
  public var description: String { message }
}

extension FileError {
  /// The remedy when a file is damaged: nothing in it can be trusted to repair it.
  package static let copyAgain = "copy or produce the file again"

  package static func badData(_ file: String, _ sentence: String) -> FileError {
    FileError(.badData, "\(file): \(sentence)")
  }

  package static func inputOutput(_ file: String, _ sentence: String) -> FileError {
    FileError(.inputOutput, "\(file): \(sentence)")
  }

  package static func usage(_ file: String, _ sentence: String) -> FileError {
    FileError(.usage, "\(file): \(sentence)")
  }
}
