import Foundation

/// What a run left in its log directory, as far as it is there.
struct RunLog {
  /// The folder as it was named.
  let folder: String
  /// `config.yaml`.
  let configuration: String?
  /// `train_metrics.csv`.
  let train: MetricsLog?
  /// `validation_metrics.csv`, of all events, else `test_metrics.csv`, of a batch now and then.
  let test: MetricsLog?
  /// `throughput.csv`: `seconds` and `events` of each step.
  let throughput: MetricsLog?
  /// `scores.json`.
  let scores: Scores?

  /// What is looked for.
  static let names = [
    "config.yaml", "train_metrics.csv", "test_metrics.csv", "validation_metrics.csv",
    "throughput.csv", Scores.name,
  ]

  /// Reads a log directory.
  ///
  /// - Throws: `TaggerError` when nothing of a run is there, or when something is damaged.
  init(_ folder: String) throws(TaggerError) {
    self.folder = folder
    func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }
    let isThere = Self.names.contains { FileManager.default.fileExists(atPath: path($0)) }
    guard isThere else {
      throw TaggerError(
        .inputOutput,
        "\(folder) has none of \(Self.names.joined(separator: ", ")): give the --log-directory of a run"
      )
    }
    configuration = FileManager.default.contents(atPath: path("config.yaml")).map {
      String(decoding: $0, as: UTF8.self)
    }
    train = try MetricsLog(path: path("train_metrics.csv"))
    let passes = try MetricsLog(path: path("validation_metrics.csv"))
    let batches = try MetricsLog(path: path("test_metrics.csv"))
    test = passes ?? batches
    throughput = try MetricsLog(path: path("throughput.csv"))
    let scored = path(Scores.name)
    scores =
      FileManager.default.fileExists(atPath: scored) ? try Scores(contentsOf: scored) : nil
  }

  /// The bytes of a picture beside the logs; nothing where there is none.
  func picture(_ file: String) -> [UInt8]? {
    let path = (folder as NSString).appendingPathComponent((file as NSString).lastPathComponent)
    guard let data = FileManager.default.contents(atPath: path),
      data.starts(with: [0x89, 0x50, 0x4E, 0x47])
    else { return nil }
    return Array(data)
  }
}
