import EventFiles
import Foundation
import Layers
import Networks
import Telemetry
import Tensors
import Testing
import Training

@testable import CosmicTagger

/// A small training that is stopped and resumed.
///
/// The environment variable `WATCHED_LOG` names a folder
/// to keep, for tools/interoperability/check_tensorboard.py.
@Suite("A training that is watched")
struct WatchedTrainingTests {
  private let scratch: Scratch
  private let folder: String

  init() throws {
    scratch = try Scratch()
    folder = ProcessInfo.processInfo.environment["WATCHED_LOG"] ?? scratch.file("log")
  }

  /// Some steps of a network on simulated events; every fourth has pictures and distributions.
  private func train(_ steps: Range<Int>, resumingAt start: Int?) throws {
    let configuration = data {
      $0.downsample = 5
      $0.minibatchSize = 1
    }
    var network = UResNetConfiguration()
    network.initialFilters = 2
    network.depth = 2
    network.bottleneckDeepest = 4
    let geometry = try ImageGeometry.find(in: configuration.openSource(), configuration)
    network.planes = geometry.planes
    let layers = try network.network(.sparse, seed: 1)
    let trainer = Trainer(
      network: layers, loss: SegmentationLoss(), optimizer: Adam(),
      threads: Threads(count: 1))
    let loader = EventLoader(
      configuration, assembly: SiteAssembly(geometry, configuration),
      planner: NetworkPlanner(layers, inputChannels: 1), batchCount: steps.count)

    let board = try TensorBoardRun(folder: "\(folder)/train", resumingAt: start)
    var profile = try ProfileFile(folder: "\(folder)/profiles", resumingAt: start)
    board.addConfiguration(
      ResolvedConfiguration(configuration, network, TrainingConfiguration()), step: start ?? 0)
    for step in steps {
      var times = StepTimes(step: step)
      var clock = Stopwatch()
      let batch = try #require(try loader.next())
      let result = try trainer.step(batch.sites, learningRate: 1e-3)
      (times.forward, times.backward) = (result.step.forwardSeconds, result.step.backwardSeconds)
      times.optimizer = result.step.optimizerSeconds
      let figures = StepFigures(
        loss: result.step.loss, result.confusions, pixelsPerImage: geometry.pixels,
        averaging: .image)
      board.add(figures.named, step: step)
      if step % 4 == 0 {
        let predictions = try trainer.evaluate(batch.sites).predictions
        try board.addImages(of: batch.sites, predictions: predictions, geometry, step: step)
        board.addHistograms(of: layers, step: step)
      }
      try board.flush()
      times.iteration = clock.lap()
      profile.append(times)
    }
    try profile.write()
  }

  @Test("Steps from where it was resumed are written anew, and others stay")
  func resumed() throws {
    try train(0..<10, resumingAt: nil)
    try train(6..<12, resumingAt: 6)
    let files = try EventFile.files(in: "\(folder)/train")
    #expect(files.count == 2)
    let steps = files.map { file in
      file.values.filter { $0.value.tag == "loss" }.map(\.step)
    }
    #expect(steps == [Array(0..<10), Array(6..<12)])
    #expect(files[1].events.first { $0.isStart }?.step == 6)
    let pictures = files.map { file in file.values.count { $0.value.image != nil } }
    #expect(pictures == [27, 9])
  }
}
