import Files
import Foundation
import SwiftProtobuf

/// What TensorBoard shows of a run, written as it goes: scalars, pictures, histograms and texts, each
/// with its name and its step.
///
/// Makes `events.out.tfevents.SECONDS.HOST.PROCESS.NUMBER` in a folder; TensorBoard reads all such files
/// of a folder, by their names, as one run. Nothing is on the disk before `flush()`.
///
/// ```swift
/// let writer = try EventFileWriter(folder: "log/train")
/// writer.add([("loss", 0.7), ("learning_rate", 3e-4)], step: 12)
/// try writer.flush()
/// ```
///
/// Cost: some 0.6 µs for each of the scalars that are added together.
public final class EventFileWriter {
  /// The file.
  public var path: String { file.path }

  private let file: RecordFile

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - folder: where it goes; the folder must exist.
  ///   - step: that a run is resumed at; what earlier files of the folder say of it and of later steps
  ///     then disappears from TensorBoard.
  /// - Throws: `FileError` when it cannot be made or written.
  public init(folder: String, resumingAt step: Int? = nil) throws(FileError) {
    file = try RecordFile(Self.newPath(in: folder))
    append { $0.fileVersion = "brain.Event:2" }
    if let step {
      append { event in
        event.step = Int64(step)
        event.sessionLog = .with { $0.status = .start }
      }
    }
    try file.flush()
  }

  /// Adds values of one step, by name; what is not a number is left out.
  public func add(_ scalars: [(name: String, value: Double)], step: Int) {
    let known = scalars.filter { !$0.value.isNaN }
    guard !known.isEmpty else { return }
    add(step) { summary in
      summary.value = known.map { scalar in
        .with {
          $0.tag = scalar.name
          $0.simpleValue = Float(scalar.value)
        }
      }
    }
  }

  /// Adds a picture.
  ///
  /// - Throws: `FileError` when it cannot be encoded as PNG.
  public func add(_ picture: GreyPicture, name: String, step: Int) throws(FileError) {
    let png: [UInt8]
    do {
      png = try picture.encodedPNG()
    } catch {
      throw FileError(.usage, "\(path): \(name) is left out. \(error)")
    }
    addValue(name, step) { value in
      value.image = .with {
        $0.height = Int32(picture.height)
        $0.width = Int32(picture.width)
        $0.colorspace = 1
        $0.encodedImageString = Data(png)
      }
    }
  }

  /// Adds how values are distributed.
  public func add(_ histogram: Histogram, name: String, step: Int) {
    addValue(name, step) { $0.histo = histogram.encoded }
  }

  /// Adds a text, which TensorBoard shows as Markdown.
  public func add(_ text: String, name: String, step: Int) {
    addValue(name, step) { value in
      value.tensor = .with {
        $0.dtype = .dtString
        $0.tensorShape = .with { $0.dim = [.with { $0.size = 1 }] }
        $0.stringVal = [Data(text.utf8)]
      }
      value.metadata = .with { $0.pluginData = .with { $0.pluginName = "text" } }
    }
  }

  /// Hands all that was added to the system, where TensorBoard finds it.
  ///
  /// - Throws: `FileError` when the disk does not take it. It is then forgotten, and the file still
  ///   readable: whoever goes on loses these steps only.
  public func flush() throws(FileError) { try file.flush() }

  private func addValue(
    _ name: String, _ step: Int, _ fill: (inout TensorBoardSummary.Value) -> Void
  ) {
    add(step) { summary in
      summary.value = [
        .with {
          $0.tag = name
          fill(&$0)
        }
      ]
    }
  }

  private func add(_ step: Int, _ fill: (inout TensorBoardSummary) -> Void) {
    append { event in
      event.step = Int64(step)
      event.summary = .with(fill)
    }
  }

  private func append(_ fill: (inout TensorBoardEvent) -> Void) {
    var event = TensorBoardEvent()
    event.wallTime = Date().timeIntervalSince1970
    fill(&event)
    // Only messages with required fields or of two gigabytes cannot be written.
    guard let bytes: [UInt8] = try? event.serializedBytes() else { return }
    bytes.withUnsafeBytes { file.append($0) }
  }

  /// A name that sorts after those of earlier files, as long as the clock does.
  private static func newPath(in folder: String) -> String {
    let seconds = String(format: "%010d", Int(Date().timeIntervalSince1970))
    let stem = "events.out.tfevents.\(seconds).\(hostName).\(getpid())"
    var number = 0
    while FileManager.default.fileExists(atPath: "\(folder)/\(stem).\(number)") { number += 1 }
    return "\(folder)/\(stem).\(number)"
  }

  /// The machine's name as it gives it itself: no network is asked.
  private static var hostName: String {
    let limit = 256
    var name = [CChar](repeating: 0, count: limit)
    let isKnown = gethostname(&name, limit - 1) == 0
    let text = String(
      decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return isKnown && !text.isEmpty && !text.contains("/") ? text : "localhost"
  }
}
