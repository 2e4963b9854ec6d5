import CosmicTagger
import Foundation
import Networks
import Testing
import Training

/// Proves what a run leaves in its folder of checkpoints, and that another run goes on from there.
@Suite("The folder of checkpoints")
struct CheckpointFolderTests {
  private let scratch: Scratch
  private let folder: String

  init() throws {
    scratch = try Scratch()
    folder = scratch.file("log/checkpoints")
  }

  /// A network of a few channels.
  static let network: UResNetConfiguration = {
    var network = UResNetConfiguration()
    network.initialFilters = 2
    network.depth = 1
    network.blocksPerLayer = 1
    network.blocksDeepest = 1
    network.blocksFinal = 0
    network.bottleneckDeepest = 4
    return network
  }()

  /// Trains on simulated events of 20×32 pixels, and returns what was printed.
  @discardableResult
  private func train(
    _ iterations: Int, log: String = "log", network: UResNetConfiguration = network,
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) throws -> [String] {
    var training = TrainingConfiguration()
    training.iterations = iterations
    training.checkpointIteration = 1
    training.learningRate = 1e-2
    training.scoredEvents = 0
    training.logDirectory = scratch.file(log)
    change(&training)
    let simulated = data {
      $0.downsample = 6
      $0.minibatchSize = 1
    }
    let lines = CapturedLog()
    try TrainingRun(data: simulated, network: network, training: training, logger: lines.logger)
      .run()
    return lines.lines
  }

  private func names(_ folder: String) throws -> [String] {
    // The lock is no checkpoint.
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0 != ".lock" }.sorted()
  }

  private func write(_ text: String, to path: String) throws {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
  }

  @Test("the last five are kept, and the index names them, the latest first")
  func lastFive() throws {
    try train(7)
    #expect(try names(folder) == ["checkpoint"] + (3...7).map { "model-\($0).h5" })
    #expect(
      try String(contentsOfFile: "\(folder)/checkpoint", encoding: .utf8)
        == "latest: model-7.h5\n7: model-7.h5\n6: model-6.h5\n5: model-5.h5\n4: model-4.h5\n"
        + "3: model-3.h5\n")
    for step in 3...7 {
      #expect(try Checkpoint(contentsOf: "\(folder)/model-\(step).h5").step == step)
    }
  }

  @Test(
    "one comes after so many steps, and one at the end", arguments: [(2, [2, 4, 5]), (9, [5])])
  func everySoMany(iteration: Int, steps: [Int]) throws {
    try train(5) { $0.checkpointIteration = iteration }
    #expect(try names(folder) == ["checkpoint"] + steps.map { "model-\($0).h5" })
  }

  @Test("they know the network's switches")
  func switches() throws {
    try train(1)
    let settings = try Checkpoint(contentsOf: "\(folder)/model-1.h5").configuration
    #expect(try UResNetConfiguration(settings: settings) == Self.network)
  }

  @Test("another folder than that of the log")
  func otherFolder() throws {
    try train(1) { $0.checkpointDirectory = scratch.file("kept/here") }
    #expect(try names(scratch.file("kept/here")) == ["checkpoints"])
    #expect(
      try names(scratch.file("kept/here/checkpoints")) == ["checkpoint", "model-1.h5"])
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  /// The parameters of a checkpoint.
  private func parameters(_ path: String) throws -> [Checkpoint.Entry] {
    try Checkpoint(contentsOf: path).parameters
  }

  /// Takes a step that changes nothing: of no length, and with running statistics that stay.
  private func stand(
    from weights: String, mode: TrainingConfiguration.Mode
  ) throws -> (lines: [String], parameters: [Checkpoint.Entry]) {
    var network = Self.network
    network.normalizationMomentum = 0
    let log = "log-\(UUID())"
    let lines = try train(1, log: log, network: network) {
      $0.weights = weights
      $0.mode = mode
      $0.seed = 99
      $0.optimizer = .sgd
      // Less than any number in single precision.
      $0.learningRate = 1e-60
    }
    return (lines, try parameters(scratch.file("\(log)/checkpoints/model-1.h5")))
  }

  @Test(
    "a run goes on from a file, its folder, or the log's, in every bit and every mode",
    arguments: TrainingConfiguration.Mode.allCases, TrainingConfiguration.Mode.allCases)
  func goesOn(written: TrainingConfiguration.Mode, read: TrainingConfiguration.Mode) throws {
    try train(3) { $0.mode = written }
    let expected = try parameters("\(folder)/model-3.h5")
    for (weights, file) in [
      ("\(folder)/model-3.h5", "\(folder)/model-3.h5"), (folder, "\(folder)/model-3.h5"),
      ("\(folder)/", "\(folder)/model-3.h5"), (scratch.file("log"), "\(folder)/model-3.h5"),
      ("\(folder)/model-2.h5", "\(folder)/model-2.h5"),
    ] {
      let (lines, found) = try stand(from: weights, mode: read)
      #expect(lines.contains("Restoring weights from  \(file)"))
      #expect((found == expected) == (file.hasSuffix("3.h5")))
    }
  }

  @Test("what is half written is neither read nor in the way")
  func halfWritten() throws {
    try train(2)
    let expected = try parameters("\(folder)/model-2.h5")
    let partial = ["checkpoint.0123ABCD.partial", "model-3.h5.0123ABCD.partial"]
    try write("latest: model-3.h5\n3: model-3.h5\n", to: "\(folder)/\(partial[0])")
    try write("half of a file", to: "\(folder)/\(partial[1])")
    #expect(try stand(from: folder, mode: .sparse).parameters == expected)
    // The run goes on here with what it has, and takes it away.
    try train(3)
    #expect(try names(folder) == ["checkpoint"] + (1...3).map { "model-\($0).h5" })
    #expect(
      try String(contentsOfFile: "\(folder)/checkpoint", encoding: .utf8)
        == "latest: model-3.h5\n3: model-3.h5\n2: model-2.h5\n1: model-1.h5\n")
  }

  @Test("files of the original, whose index has the same words, are not deleted")
  func originalFiles() throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    let theirs = (1...5).map { "model-\($0)00.ckpt" }
    for name in theirs { try write("weights", to: "\(folder)/\(name)") }
    try write("weights", to: scratch.file("log/outside.h5"))
    let lines = (1...5).reversed().map { "\($0)00: model-\($0)00.ckpt\n" }
    try write(
      "latest: model-500.ckpt\n" + lines.joined() + "600: ../outside.h5\n",
      to: "\(folder)/checkpoint")
    try train(7)
    #expect(
      try names(folder) == ["checkpoint"] + (theirs + (3...7).map { "model-\($0).h5" }).sorted())
    #expect(FileManager.default.fileExists(atPath: scratch.file("log/outside.h5")))
  }

  private func expectRefusal(
    _ kind: TaggerError.Kind, _ sentence: String, sourceLocation: SourceLocation = #_sourceLocation,
    network: UResNetConfiguration = network, _ change: (inout TrainingConfiguration) -> Void
  ) throws {
    let error = #expect(throws: TaggerError.self, sourceLocation: sourceLocation) {
      try train(1, log: "other", network: network, change)
    }
    #expect(error?.kind == kind, sourceLocation: sourceLocation)
    #expect(error?.description == sentence, sourceLocation: sourceLocation)
    #expect(
      !FileManager.default.fileExists(atPath: scratch.file("other/checkpoints/model-1.h5")),
      sourceLocation: sourceLocation)
  }

  @Test("a folder without an index, and an index without a file")
  func noIndex() throws {
    let sentence =
      "\(scratch.path) has no checkpoints: give a file of the folder, or a folder that "
      + "training wrote"
    try expectRefusal(.inputOutput, sentence) { $0.weights = scratch.path }
    try write("latest: \nnone\n", to: scratch.file("checkpoint"))
    try expectRefusal(.inputOutput, sentence) { $0.weights = scratch.path }
    try write("latest: model-4.h5\n4: model-4.h5\n", to: scratch.file("checkpoint"))
    try expectRefusal(
      .inputOutput,
      "\(scratch.file("model-4.h5")): cannot be read (No such file or directory); check the path"
    ) { $0.weights = scratch.path }
    try write("half a file", to: scratch.file("model-4.h5"))
    try expectRefusal(
      .badData,
      "\(scratch.file("model-4.h5")): is not an HDF5 file; give a file written by cosmic-tagger"
    ) { $0.weights = scratch.path }
  }

  @Test("a checkpoint of another network is refused by parameter, shapes and remedy")
  func otherNetwork() throws {
    try train(1)
    let file = "\(folder)/model-1.h5"
    var wider = Self.network
    wider.bottleneckDeepest = 6
    let error = #expect(throws: TaggerError.self) {
      try train(1, log: "other", network: wider) { $0.weights = file }
    }
    #expect(error?.kind == .badData)
    let found = try #require(error?.description)
    #expect(
      found.wholeMatch(
        of:
          /.*model-1\.h5 has the parameter [a-z0-9.]+ of shape \[.*\], but the network's has \[.*\]: it was trained with --bottleneck-deepest 4: give these/
      ) != nil, "\(found)")
    var deeper = Self.network
    deeper.blocksFinal = 1
    let missing = #expect(throws: TaggerError.self) {
      try train(1, log: "other", network: deeper) { $0.weights = file }
    }
    #expect(missing?.kind == .badData)
    #expect(
      missing?.description
        == "\(file) has no parameter final.block0.first.convolution.weight, of shape [9, 2, 2], which "
        + "the network has: it was trained with --blocks-final 0: give these")
  }

  @Test("folders that cannot be made, each named by its option")
  func cannotBeMade() throws {
    try write("text", to: scratch.file("text"))
    for path in [scratch.file("text"), scratch.file("text/deeper")] {
      try expectRefusal(
        .inputOutput,
        "the folder \"\(path)\" cannot be made (Not a directory): choose another "
          + "--checkpoint-directory"
      ) { $0.checkpointDirectory = path }
    }
    try FileManager.default.createDirectory(
      atPath: scratch.file("half"), withIntermediateDirectories: true)
    try write("text", to: scratch.file("half/checkpoints"))
    try expectRefusal(
      .inputOutput,
      "the folder \"\(scratch.file("half/checkpoints"))\" cannot be made (Not a directory): choose "
        + "another --log-directory"
    ) { $0.logDirectory = scratch.file("half") }
    try expectRefusal(
      .usage, "--checkpoint-iteration 0 is not possible: use 1 or more"
    ) { $0.checkpointIteration = 0 }
  }

  /// Whoever is root may write anywhere.
  @Test("a folder that is not to be written to", .enabled(if: geteuid() != 0))
  func readOnly() throws {
    let path = scratch.file("closed")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    chmod(path, 0o555)
    defer { chmod(path, 0o755) }
    try expectRefusal(
      .inputOutput,
      "the folder \"\(path)\" cannot be written to: choose another --checkpoint-directory"
    ) { $0.checkpointDirectory = path }
  }
}
