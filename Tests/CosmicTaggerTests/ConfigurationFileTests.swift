import Foundation
import Networks
import Testing

@testable import CosmicTagger

@Suite("Configuration files")
struct ConfigurationFileTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func file(_ text: String, _ name: String = "run.yaml") throws -> String {
    try Data(text.utf8).write(to: URL(fileURLWithPath: scratch.file(name)))
    return scratch.file(name)
  }

  private func translate(_ arguments: String...) throws -> [String] {
    try ArgumentTranslation.translate(arguments, accepted: OptionScope.options)
  }

  @Test("groups, dotted names, names of options and of flags all speak")
  func names() throws {
    let path = try file(
      """
      # what a run is
      network:
        depth: 5
        connections: sum
      run.iterations: 100
      downsample: 1
      n-initial-filters: 8
      blocks_final: 0
      mb: 4
      sparse: True
      no-summary-images: false
      """)
    #expect(
      try translate("train", "--config", path) == [
        "train", "--network-depth", "5", "--connections", "sum", "--iterations", "100",
        "--downsample", "1", "--n-initial-filters", "8", "--blocks-final", "0",
        "--minibatch-size", "4", "--sparse",
      ])
  }

  @Test("a list of two extents is a shape, and a name without a value says nothing")
  func lists() throws {
    let path = try file("shape: [640, 1024]\naux_file:\nmax_voxels: null\n")
    #expect(try translate("train", "--config", path) == ["train", "--shape", "640,1024"])
  }

  @Test("the command line has the last word, wherever the file is named")
  func precedence() throws {
    let path = try file("sparse: true\nloss-balance-scheme: light\niterations: 7\n")
    #expect(
      try translate("train", "--dense", "-bl", "True", "--config", path) == [
        "train", "--iterations", "7", "--dense", "--balance-loss", "True",
      ])
    #expect(
      try translate("train", "--config=\(path)", "-i", "9") == [
        "train", "--sparse", "--loss-balance-scheme", "light", "--iterations", "9",
      ])
  }

  @Test("a file that several commands share is read by each for what it takes")
  func shared() throws {
    let path = try file("iterations: 7\nlearning-rate: 0.1\nnetwork-depth: 4\nsparse: true\n")
    #expect(
      try translate("build_net", "--config", path) == [
        "build_net", "--network-depth", "4", "--sparse",
      ])
    #expect(try translate("iotest", "--config", path) == ["iotest", "--iterations", "7"])
  }

  @Test("mode names the command")
  func mode() throws {
    let path = try file("mode: build_net\nnetwork.depth: 4\n")
    #expect(try translate("--config", path) == ["build_net", "--network-depth", "4"])
    #expect(try translate("mode=iotest", "run.iterations=3") == ["iotest", "--iterations", "3"])
  }

  @Test("a folder of data is where files are looked for, and a run's id where it writes")
  func composed() throws {
    #expect(
      try translate(
        "train", "data.data_directory=/data", "data.file=a.h5", "data.aux_file=/b.h5", "run.id=one")
        == [
          "train", "--file", "/data/a.h5", "--aux-file", "/b.h5", "--log-directory", "output/one",
        ])
    #expect(try translate("train", "data=synthetic", "data.file=a.h5") == ["train"])
  }

  @Test(
    "what is no configuration is refused with file and remedy",
    arguments: [
      ("a: [1, 2\n", 65, "is no YAML"), ("- 1\n- 2\n", 65, "has no names at its top"),
      ("network:\n  - 1\n", 64, "network 1 is not possible"),
      ("network:\n  depth: {a: 1}\n", 64, "network.depth.a is no switch"),
      ("shape: [[1], 2]\n", 65, "shape is a list of other than values"),
      ("network:\n  depht: 3\n", 64, "did you mean network.depth?"),
      ("depth: 3\n", 64, "did you mean network.depth?"),
      ("framework:\n  sparse: perhaps\n", 64, "use True or False"),
      ("dense: perhaps\n", 64, "use True or False"),
      ("run:\n  compute_mode: GPU\n", 64, "no GPU"),
    ] as [(String, Int32, String)])
  func refusals(_ text: String, _ code: Int32, _ words: String) throws {
    let path = try file(text)
    let error = #expect(throws: TaggerError.self) { try translate("train", "--config", path) }
    #expect(error?.kind.rawValue == code)
    #expect(error?.description.hasPrefix(path) == true)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test("a file that is not there, and no file at all")
  func absent() {
    let gone = #expect(throws: TaggerError.self) { try translate("train", "--config", "gone.yaml") }
    #expect(gone?.kind == .inputOutput)
    let none = #expect(throws: TaggerError.self) { try translate("train", "--config") }
    #expect(none?.kind == .usage)
  }

  @Test("what a run resolved gives the same arguments when it is read back")
  func roundTrip() throws {
    var data = data {
      $0.file = "/data/a \"b\": c.h5"
      $0.shape = [640, 1024]
      $0.maxVoxels = 9
      $0.readsTruth = true
    }
    data.axes = .rowColumn
    var training = TrainingConfiguration(preset: .a21)
    training.mode = .masked
    training.form = .sparse
    training.auxiliaryFile = "b.h5"
    training.drawsPicture = false
    for seedLoss in [nil, true, false] {
      training.seedBalanceLoss = seedLoss
      for preset in UResNetConfiguration.Preset.allCases {
        var network = UResNetConfiguration(preset: preset)
        network.classification.isActive = true
        let resolved = ResolvedConfiguration(data, network, training)
        let path = try file(resolved.text)
        let arguments = try translate("train", "--config", path)
        // Truth values may be spelled as in YAML or as in Python.
        let spelled = arguments.map { ["True": "true", "False": "false"][$0] ?? $0 }
        #expect(spelled == ["train"] + resolved.entries.flatMap(options))
      }
    }
  }

  /// An entry as options.
  private func options(_ entry: (option: String, value: String)) -> [String] {
    let option = "--\(entry.option)"
    guard OptionScope.bare.contains(option) else { return [option, entry.value] }
    return entry.value == "true" ? [option] : []
  }
}
