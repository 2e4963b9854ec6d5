import Foundation
import Kernels
import Networks
import Tensors

/// What `cosmic-tagger inference` applies, to what, and where its answers go.
public struct InferenceConfiguration: Equatable, Sendable {
  /// The larcv3 file with the events.
  public var file: String
  /// The checkpoint, or a folder of them.
  public var checkpoint: String
  /// The larcv3 file that is written.
  public var output: String
  /// Which pixels a network computes.
  public var mode: TrainingConfiguration.Mode?
  /// What the names of the written products begin with.
  public var prefix = "cosmictagger"
  /// The file of each event's figures, if any is wanted.
  public var metricsFile: String?
  /// Events of a batch.
  public var minibatchSize = 2
  /// The number of the first event.
  public var firstEvent = 0
  /// Most batches; nothing for all events.
  public var iterations: Int?
  /// Batches from one printed line to the next.
  public var loggingIteration = 1
  /// Threads to compute with.
  public var threads = 1
  /// How convolutions are computed.
  public var convolution = ConvolutionAlgorithm.automatic
  /// What convolutions multiply.
  public var precision = Precision.float32
  /// Whether what an interrupted run has done is thrown away.
  public var restarts = false
  /// Whether another process reads the file.
  public var isolatesReader = false
  /// What is said of the images, over what the checkpoint says.
  public var images = ImageOverrides()

  /// What to do about an event that ends its reader: the output has every event of the input, so that
  /// none can be left out here.
  static let badEventRemedy = "produce the file again, without this event if need be"

  /// Today's defaults.
  public init(file: String, checkpoint: String, output: String) {
    self.file = file
    self.checkpoint = checkpoint
    self.output = output
  }

  /// Checks ranges, and that no file is written over another.
  ///
  /// - Throws: `TaggerError` for wrong usage.
  public func validate() throws(TaggerError) {
    var computed = TrainingConfiguration()
    computed.mode = mode ?? .sparse
    computed.threads = threads
    computed.convolution = convolution
    computed.precision = precision
    computed.loggingIteration = loggingIteration
    computed.iterations = iterations ?? 1
    try computed.validate()
    guard firstEvent >= 0 else {
      throw TaggerError(.usage, "--start-index \(firstEvent) is not possible: use 0 or more")
    }
    for (name, option) in [(output, "--output"), (metricsFile, "--metrics-file")] {
      for read in [file, checkpoint] where name.map({ OutputFile.areSame($0, read) }) == true {
        throw TaggerError(
          .usage, "\(option) would replace \(read), which is read: name another file")
      }
    }
    if let metricsFile {
      for name in [output, ScoreJournal.path(of: output)]
      where OutputFile.areSame(metricsFile, name) {
        throw TaggerError(
          .usage,
          "--output \(output) and --metrics-file \(metricsFile) are in each other's way: name "
            + "two files")
      }
      guard EventTable.mayReplace(metricsFile) else {
        throw TaggerError(
          .usage,
          "--metrics-file \(metricsFile) would replace a file that is no table of events: name "
            + "another, or remove it")
      }
    }
  }
}
