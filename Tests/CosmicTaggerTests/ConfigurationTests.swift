import CosmicTagger
import Foundation
import LArCV
import Layers
import Networks
import Sites
import Testing
import Training

@Suite("Configurations and their refusals")
struct ConfigurationTests {
  @Test("Every scheme is the loss it says")
  func losses() {
    var training = TrainingConfiguration()
    let expected: [TrainingConfiguration.Balance: SegmentationLoss.Weighting] = [
      .none: .none, .light: .perClass([1, 1.5, 10]), .even: .even, .focal: .focal,
    ]
    for scheme in TrainingConfiguration.Balance.allCases {
      training.balance = scheme
      #expect(training.loss.weighting == expected[scheme])
      #expect(!training.loss.poolsGroups)
    }
    training.seedBalanceLoss = true
    #expect(training.loss.weighting == .perClass([0.05, 0.25, 1]))
    #expect(training.loss.poolsGroups)
    training.seedBalanceLoss = false
    #expect(training.loss.weighting == .none)
    #expect(training.loss.poolsGroups)
  }

  static let unfitTraining: [@Sendable (inout TrainingConfiguration) -> Void] = [
    { $0.iterations = 0 }, { $0.iterations = .min }, { $0.learningRate = .nan },
    { $0.learningRate = .infinity }, { $0.weightDecay = -1 }, { $0.weightDecay = .nan },
    { $0.threads = 0 }, { $0.threads = 1025 }, { $0.loggingIteration = 0 },
    { $0.scoredEvents = -1 }, { $0.checkpointIteration = 0 }, { $0.auxiliaryIteration = 0 },
    { $0.auxiliaryMinibatchSize = 0 }, { $0.auxiliaryMinibatchSize = 65_537 },
  ]

  @Test("A learning rate of zero or less is the optimizer's own", arguments: [0, -1, -1e-300])
  func ownLearningRate(_ rate: Double) throws {
    for optimizer in OptimizerKind.allCases {
      var training = TrainingConfiguration()
      training.optimizer = optimizer
      training.learningRate = rate
      try training.validate()
      #expect(training.usedLearningRate == optimizer.learningRate)
      training.learningRate = 0.5
      #expect(training.usedLearningRate == 0.5)
    }
    // PyTorch's.
    #expect(OptimizerKind.adam.learningRate == 1e-3)
    #expect(OptimizerKind.rmsprop.learningRate == 1e-2)
    #expect(OptimizerKind.sgd.learningRate == 1e-3)
  }

  @Test("Training out of range is wrong usage", arguments: 0..<unfitTraining.count)
  func trainingRanges(_ number: Int) throws {
    var training = TrainingConfiguration()
    try training.validate()
    Self.unfitTraining[number](&training)
    let error = #expect(throws: TaggerError.self) { try training.validate() }
    #expect(error?.kind == .usage)
    #expect(error.map { isOneSentence($0.description) && $0.description.hasPrefix("--") } == true)
  }

  @Test(
    "Data out of range is wrong usage", arguments: [(0, 0), (-1, 0), (65_537, 0), (1, -1), (1, 9)])
  func dataRanges(_ minibatch: Int, _ downsample: Int) throws {
    try data().validate()
    let unfit = data {
      $0.minibatchSize = minibatch
      $0.downsample = downsample
    }
    let error = #expect(throws: TaggerError.self) { try unfit.validate() }
    #expect(error?.kind == .usage)
    #expect(error.map { isOneSentence($0.description) && $0.description.hasPrefix("--") } == true)
  }

  private struct Surprise: Error {}

  @Test("Errors of the layers below get the exit code of their class")
  func codes() {
    let cases: [(any Error, Int32)] = [
      (LArCVError(.usage, "a"), 64), (LArCVError(.badData, "a"), 65),
      (LArCVError(.inputOutput, "a"), 74),
      (NetworkError.tooManyChannels(initialFilters: 1, channels: 2, depth: 3), 64),
      (SiteError.dimension(5), 65),
      (TrainingError.classes(300), 65), (LayerError.noInputs(layer: "AddTable"), 65),
      (TaggerError(.inputOutput, "a"), 74),
    ]
    for (error, code) in cases {
      #expect(TaggerError(error).kind.rawValue == code)
      #expect(TaggerError(error).description == "\(error)")
    }
    #expect(TaggerError(Surprise()).kind.rawValue == 70)
  }
}

@Suite("Output folders")
struct OutputFolderTests {
  @Test("A folder is made with those it lies in, and found when it is there")
  func made() throws {
    let scratch = try Scratch()
    for _ in 0..<2 {
      let folder = try OutputFolder(scratch.file("a/b/c"))
      #expect(folder.file("x.png") == scratch.file("a/b/c/x.png"))
    }
    #expect(try OutputFolder(scratch.file("a/")).file("x") == scratch.file("a/x"))
    var isFolder: ObjCBool = false
    #expect(FileManager.default.fileExists(atPath: scratch.file("a/b/c"), isDirectory: &isFolder))
    #expect(isFolder.boolValue)
  }

  @Test(
    "A folder that cannot be is refused with the system's reason",
    arguments: [
      ("file", "Not a directory"), ("file/below", "Not a directory"),
    ])
  func refused(_ name: String, _ reason: String) throws {
    let scratch = try Scratch()
    try Data().write(to: URL(fileURLWithPath: scratch.file("file")))
    let error = #expect(throws: TaggerError.self) { try OutputFolder(scratch.file(name)) }
    #expect(error?.kind == .inputOutput)
    #expect(
      error?.description
        == "the folder \"\(scratch.file(name))\" cannot be made (\(reason)): "
        + "choose another --log-directory")
  }

  @Test("No name is no folder")
  func empty() {
    let error = #expect(throws: TaggerError.self) { try OutputFolder("") }
    #expect(error?.kind == .inputOutput)
  }
}
