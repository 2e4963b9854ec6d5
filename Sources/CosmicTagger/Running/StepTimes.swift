import Files
import Foundation
import Telemetry

/// What parts of a step took, in seconds, with the names of the original's profile.
public struct StepTimes: Sendable {
  /// Number of the step.
  public var step: Int
  /// When it began.
  public var start: Date
  /// All of it, validation and checkpoint included.
  public var iteration = 0.0
  /// The training.
  public var train = 0.0
  /// The validation.
  public var val = 0.0
  /// Waiting for events.
  public var io = 0.0
  /// The forward pass of the network.
  public var forward = 0.0
  /// The backward pass.
  public var backward = 0.0
  /// Writing a checkpoint.
  public var checkpoint = 0.0
  /// The loss, where it is timed apart from the forward pass.
  public var loss = 0.0
  /// Writing for TensorBoard.
  public var summary = 0.0
  /// Printing.
  public var log = 0.0
  /// The update.
  public var optimizer = 0.0
  /// Accuracies and overlaps.
  public var metrics = 0.0

  /// A step that begins.
  public init(step: Int, start: Date = Date()) {
    self.step = step
    self.start = start
  }
}

/// The times of all steps of a run, as the original's analyses read them:
/// `profiles/profiling_info_rank_0.npy`, an array of NumPy with a row for each step.
///
/// ```swift
/// var profile = try ProfileFile(folder: "log/profiles", resumingAt: nil)
/// profile.append(times)
/// try profile.write()
/// ```
public struct ProfileFile {
  /// The file.
  public let path: String

  private static let columns: [NumPyTable.Column] = [
    ("i", .int32), ("start", .instant), ("iteration", .duration), ("train", .duration),
    ("val", .duration), ("io", .duration), ("forward", .duration), ("backward", .duration),
    ("checkpoint", .duration), ("loss", .duration), ("summary", .duration), ("log", .duration),
    ("optimizer", .duration), ("metrics", .duration),
  ]

  private var table: NumPyTable

  /// A profile that is written into a folder, which is made if it is missing.
  ///
  /// - Parameter step: that training is resumed at: rows of earlier steps are kept.
  /// - Throws: `TaggerError` when the folder cannot be made.
  public init(folder: String, resumingAt step: Int? = nil, rank: Int = 0) throws(TaggerError) {
    path = try OutputFolder(folder).file("profiling_info_rank_\(rank).npy")
    let earlier = step.flatMap { [path] in
      NumPyTable(Self.columns, continuing: path, below: $0)
    }
    table = earlier ?? NumPyTable(Self.columns)
  }

  /// Adds a step.
  public mutating func append(_ times: StepTimes) {
    table.append([
      Double(times.step), times.start.timeIntervalSince1970, times.iteration, times.train,
      times.val, times.io, times.forward, times.backward, times.checkpoint, times.loss,
      times.summary, times.log, times.optimizer, times.metrics,
    ])
  }

  /// Writes all steps, replacing the file at once.
  ///
  /// - Throws: `FileError` when it cannot be written; the old file is then as it was.
  public func write() throws(FileError) { try table.write(to: path) }
}
