import Autodiff
import Files
import Telemetry
import Training

/// One run of TensorBoard, `train` or `test`: figures of steps, pictures of events, how parameters are
/// distributed, and the configuration, under the original's names.
///
/// ```swift
/// let board = try TensorBoardRun(folder: "log/train", resumingAt: start > 0 ? start : nil)
/// board.add(figures.named + rates.named, step: step)
/// try board.flush()
/// ```
public struct TensorBoardRun {
  private let writer: EventFileWriter

  /// Begins to write into a folder, which is made if it is missing.
  ///
  /// - Parameter step: that training is resumed at: what an earlier run said of it and of later steps
  ///   disappears.
  /// - Throws: `TaggerError` when the folder cannot be made, `FileError` when the file cannot.
  public init(folder: String, resumingAt step: Int? = nil) throws {
    writer = try EventFileWriter(folder: OutputFolder(folder).path, resumingAt: step)
  }

  /// Adds figures of a step; what is not a number is left out.
  public func add(_ named: [(name: String, value: Double)], step: Int) {
    writer.add(named, step: step)
  }

  /// Adds `charge/plane_0`, `label/plane_0`, `prediction/plane_0` and so on of the batch's first event.
  ///
  /// - Parameter predictions: the class of each site.
  /// - Throws: `FileError` when a picture cannot be encoded.
  public func addImages(
    of batch: LabelledSites, predictions: [UInt8], _ geometry: ImageGeometry, step: Int
  ) throws(FileError) {
    let pictures = GreyPlanes(batch, predictions: predictions, geometry)
    for (kind, planes) in [
      ("charge", pictures.charge), ("label", pictures.label),
      ("prediction", pictures.prediction),
    ] {
      for (plane, picture) in planes.enumerated() {
        try writer.add(picture, name: "\(kind)/plane_\(plane)", step: step)
      }
    }
  }

  /// Adds the distributions of every trained parameter, `NAME/weights`, and of its gradient in the last
  /// step, `NAME/grad`.
  ///
  /// Cost: some 50 ms for 8.5 million parameters.
  public func addHistograms(of network: any Module, step: Int) {
    for (name, parameter) in network.namedTrainedParameters {
      for (kind, tensor) in [("weights", parameter.value), ("grad", parameter.gradient)] {
        let values = UnsafeBufferPointer(start: tensor.values, count: tensor.count)
        writer.add(Histogram(of: values), name: "\(name)/\(kind)", step: step)
      }
    }
  }

  /// Adds a text, which TensorBoard shows as Markdown.
  public func addText(_ text: String, name: String, step: Int = 0) {
    writer.add(text, name: name, step: step)
  }

  /// Adds a run's configuration as a table.
  public func addConfiguration(_ configuration: ResolvedConfiguration, step: Int = 0) {
    let rows = configuration.entries.map { option, value in
      "| \(option) | \(value.replacing("|", with: "\\|").replacing("\n", with: " ")) |"
    }
    addText(
      (["| option | value |", "|---|---|"] + rows).joined(separator: "\n"),
      name: "configuration", step: step)
  }

  /// Hands all that was added to the system, where TensorBoard finds it.
  ///
  /// - Throws: `FileError` when the disk does not take it; whoever goes on then loses these steps only.
  public func flush() throws(FileError) { try writer.flush() }
}
