import CosmicTagger
import Foundation
import Testing

/// What the command line says over files, in one line: `train --config A --config B` and the rest.
private func overlaid(_ files: [String], _ line: String) throws -> String {
  let scratch = try Scratch()
  var arguments: [String] = []
  for (number, text) in files.enumerated() {
    let path = scratch.file("\(number).yaml")
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    arguments += ["--config", path]
  }
  let own = line.split(separator: " ").map(String.init)
  let before = try translated(own + arguments).joined(separator: " ")
  let behind = try translated(arguments + own).joined(separator: " ")
  #expect(before == behind, "the place of --config makes no difference")
  return before
}

@Suite("The command line has the last word over files")
struct PrecedenceTests {
  @Test("and a file says what the command line leaves open")
  func files() throws {
    let file = """
      run:
        iterations: 7
        minibatch_size: 4
      network.depth: 3
      learning-rate: 1e-3
      n_initial_filters: 8
      sparse: true
      """
    #expect(
      try overlaid([file], "train")
        == "train --iterations 7 --network-depth 3 --learning-rate 1e-3 --n-initial-filters 8 "
        + "--sparse --minibatch-size 4 --aux-minibatch-size 4")
    #expect(
      try overlaid([file], "train -i 9 network.n_initial_filters=2")
        == "train --network-depth 3 --learning-rate 1e-3 --sparse --iterations 9 "
        + "--n-initial-filters 2 --minibatch-size 4 --aux-minibatch-size 4")
  }

  @Test("commands take from a shared file what they have")
  func shared() throws {
    let file = """
      mode: train
      run.iterations: 7
      network.depth: 3
      minibatch-size: 4
      run.id: first
      threads: 2
      score-events: 3
      weights: m.h5
      """
    #expect(try overlaid([file], "iotest") == "iotest --iterations 7 --minibatch-size 4")
    #expect(try overlaid([file], "build_net") == "build_net --network-depth 3")
    #expect(
      try overlaid([file], "profile")
        == "profile --network-depth 3 --minibatch-size 4 --threads 2")
    #expect(
      try overlaid([file], "compare")
        == "compare --network-depth 3 --minibatch-size 4 --threads 2")
    #expect(try overlaid([file], "inspect") == "inspect")
    let ofTraining =
      "train --iterations 7 --network-depth 3 --minibatch-size 4 --threads 2 --score-events 3 "
      + "--weights m.h5 --log-directory output/torch/uresnet/first"
    #expect(try overlaid([file], "train") == ofTraining)
    // The file names the command where the command line does not.
    #expect(try overlaid([file], "") == ofTraining)
    #expect(try overlaid([file], "mode=iotest") == "iotest --iterations 7 --minibatch-size 4")
  }

  @Test("later files have it over earlier ones")
  func twoFiles() throws {
    #expect(
      try overlaid(
        [
          "iterations: 5\nsparse: true\nmode: iotest",
          "run.iterations: 6\nmasked: true\nmode: train",
        ], "")
        == "train --iterations 6 --masked")
  }

  static let alternatives: [(file: String, line: String, result: String)] = [
    ("sparse: true", "--dense", "--dense"), ("sparse: true", "--masked", "--masked"),
    ("sparse: true", "--sparse False", "--dense"), ("dense: true", "--sparse", "--sparse"),
    ("masked: true", "framework.sparse=True", "--sparse"),
    ("framework.sparse: True", "masked=True", "--masked"),
    ("loss-balance-scheme: even", "-bl True", "--balance-loss True"),
    ("balance-loss: true", "--loss-balance-scheme even", "--loss-balance-scheme even"),
    ("deepest: merged", "--block-concat True", "--block-concat True"),
    ("network.block_concat: True", "--deepest none", "--deepest none"),
    ("precision: bfloat16", "--model-half-precision False", "--model-half-precision False"),
    ("--model-half-precision: True", "", ""),
    ("run.precision: mixed", "--precision float32", "--precision float32"),
    ("threads: 4", "--intra-op-parallelism-threads 2", "--intra-op-parallelism-threads 2"),
    ("framework.intra_op_parallelism_threads: 24", "--threads 2", "--threads 2"),
    ("run.id: a", "-ld b", "--log-directory b"),
    ("log-directory: b", "run.id=a", "--log-directory output/torch/uresnet/a"),
    ("output_dir: b", "run.id=a", "--log-directory output/torch/uresnet/a"),
    ("run.minibatch_size: 4", "-mb 2", "--minibatch-size 2"),
    ("mb: 4", "run.minibatch_size=2", "--minibatch-size 2 --aux-minibatch-size 2"),
    ("aux-minibatch-size: 3", "run.minibatch_size=2", "--aux-minibatch-size 3 --minibatch-size 2"),
    ("no-summary-images: true", "--no-summary-images False", ""),
    ("mode.no_summary_images: True", "mode.no_summary_images=False", ""),
    ("no-summary-images: false", "--no-summary-images", "--no-summary-images"),
    ("aux-file: y.h5", "aux_file=", ""),
    ("aux-file: y.h5", "data.aux_file=z.h5", "--aux-file z.h5"),
    ("masked: true", "masked=False", ""), ("masked: true", "dense=False", "--masked"),
  ].filter { !$0.0.hasPrefix("--") }

  @Test("also by another way to say the same", arguments: 0..<alternatives.count)
  func alternative(_ number: Int) throws {
    let (file, line, result) = Self.alternatives[number]
    let expected = ["train", result].filter { !$0.isEmpty }.joined(separator: " ")
    #expect(try overlaid([file], "train \(line)") == expected, "\(line) over \(file)")
  }

  static let events: [(file: String, line: String, result: String)] = [
    (
      "data: {data_directory: /d, file: a.h5, aux_file: b.h5}", "",
      "--file /d/a.h5 --aux-file /d/b.h5"
    ),
    ("data: {data_directory: /d, file: a.h5}", "data.file=c.h5", "--file /d/c.h5"),
    ("data: {data_directory: /d, file: a.h5}", "--file c.h5", "--file c.h5"),
    ("data: {data_directory: /d, file: a.h5}", "data.data_directory=e", "--file e/a.h5"),
    ("data: {synthetic: True, file: a.h5, aux_file: b.h5}", "", ""),
    ("data: {synthetic: True}", "--file c.h5", "--file c.h5"),
    ("data: synthetic", "data.file=c.h5", "--file c.h5"),
    ("file: a.h5\naxes: row-column\naux-file: b.h5", "data=synthetic", "--aux-file b.h5"),
    ("file: a.h5", "--synthetic False", "--file a.h5"),
    ("data: {synthetic: False, file: a.h5}", "--synthetic True", ""),
  ]

  @Test("also on where events come from", arguments: 0..<events.count)
  func event(_ number: Int) throws {
    let (file, line, result) = Self.events[number]
    let expected = ["train", result].filter { !$0.isEmpty }.joined(separator: " ")
    #expect(try overlaid([file], "train \(line)") == expected, "\(line) over \(file)")
  }

  @Test("and what another switch makes void is left out")
  func consequences() throws {
    let file = """
      preset: a21
      form: sparse
      conv-mode: 2D
      sparse: true
      n-initial-filters: 4
      deepest: merged
      blocks-deepest-layer: 3
      bottleneck-deepest: 32
      connections: concat
      connect-pre-res-blocks-up: false
      batch-norm: true
      normalization-epsilon: 1e-4
      leak: 0.2
      iterations: 7
      """
    #expect(
      try overlaid([file], "train --preset polaris")
        == "train --sparse --iterations 7 --preset polaris")
    #expect(
      try overlaid([file], "build_net --form dense")
        == "build_net --preset a21 --conv-mode 2D --sparse --n-initial-filters 4 "
        + "--blocks-deepest-layer 3 --bottleneck-deepest 32 --connections concat "
        + "--batch-norm True --form dense")
    #expect(
      try overlaid([file], "build_net --conv-mode 3D --dense")
        == "build_net --preset a21 --form sparse --n-initial-filters 4 "
        + "--blocks-deepest-layer 3 --bottleneck-deepest 32 --connections concat "
        + "--batch-norm True --conv-mode 3D --dense")
    #expect(
      try overlaid([file], "build_net --deepest none --connections none -bn False")
        == "build_net --preset a21 --form sparse --conv-mode 2D --sparse --n-initial-filters 4 "
        + "--leak 0.2 --deepest none --connections none --batch-norm False")
    // A file without a preset has switches for any.
    #expect(
      try overlaid(["n-initial-filters: 4\nleak: 0.2"], "build_net --preset a21 --form dense")
        == "build_net --n-initial-filters 4 --leak 0.2 --preset a21 --form dense")
  }
}
