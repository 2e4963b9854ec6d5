import EventFiles
import Files
import Foundation
import Networks
import Sites
import Telemetry
import Testing
import Training

@testable import CosmicTagger

@Suite("What TensorBoard shows of a run")
struct TensorBoardRunTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Two events, the second with other pixels than the first; sizes are wires and drift.
  private func batch(
    size: [Int], fillsImages: Bool = false
  ) throws -> (sites: LabelledSites, geometry: ImageGeometry) {
    let configuration = data { $0.fillsImages = fillsImages }
    let events = [[(1, 0, Float(10)), (5, 2, 40), (6, 2, 20)], [(0, 0, 99)]].map { pixels in
      event(
        [Pixels(size: size, pixels: pixels), Pixels(projection: 1, size: size)],
        [Pixels(size: size, pixels: pixels.map { ($0.0, $0.1, $0.0 == 5 ? 2 : 1) })])
    }
    let geometry = try ImageGeometry(events[0], configuration)
    let batch = try SiteAssembly(geometry, configuration).batch(events)
    return (try batch.labelled(Plan(batch.sites)), geometry)
  }

  @Test("Pictures are of the first event, the first row on top", arguments: [false, true])
  func pictures(_ fillsImages: Bool) throws {
    let (sites, geometry) = try batch(size: [8, 4], fillsImages: fillsImages)
    // All that has charge is said to be a neutrino.
    let predictions = sites.features.map { UInt8($0 > 0 ? 2 : 0) }
    let planes = GreyPlanes(sites, predictions: predictions, geometry)
    func picture(_ pixels: [(x: Int, y: Int, shade: UInt8)]) -> GreyPicture {
      var picture = GreyPicture(width: 8, height: 4)
      for (x, y, shade) in pixels { picture.lighten(x: x, y: y, to: shade) }
      return picture
    }
    #expect(planes.label == [picture([(1, 0, 127), (5, 2, 255), (6, 2, 127)]), picture([])])
    #expect(
      planes.prediction == [picture([(1, 0, 255), (5, 2, 255), (6, 2, 255)]), picture([])])
    // The scale reaches from the least charge to what few exceed, which is here the second.
    #expect(planes.charge == [picture([(1, 0, 48), (5, 2, 255), (6, 2, 255)]), picture([])])
  }

  @Test("Wide planes are pooled, and the highest class of a pixel is shown")
  func pooling() throws {
    let (sites, geometry) = try batch(size: [2056, 4])
    let planes = GreyPlanes(sites, predictions: sites.labels, geometry)
    #expect(planes.label[0].width == 686)
    #expect(planes.label[0].height == 2)
    // Wires 5 and 6 fall into pixels of three.
    #expect(planes.label[0].shades.filter { $0 > 0 } == [127, 255, 127])
    #expect(planes.label[0].shades[1] == 255)
  }

  @Test("Figures, pictures, distributions and the configuration are under the original's names")
  func everything() throws {
    let (sites, geometry) = try batch(size: [8, 4])
    var configuration = UResNetConfiguration()
    configuration.initialFilters = 2
    configuration.depth = 1
    configuration.bottleneckDeepest = 4
    let network = try configuration.network(.sparse, seed: 1)
    let folder = scratch.file("log/train")
    let board = try TensorBoardRun(folder: folder)
    let figures = StepFigures(
      loss: 0.5, try confusions(sites.labels, sites), pixelsPerImage: 32,
      averaging: .image)
    board.add(figures.named, step: 25)
    try board.addImages(of: sites, predictions: sites.labels, geometry, step: 25)
    board.addHistograms(of: network, step: 25)
    board.addConfiguration(
      ResolvedConfiguration(data(), configuration, TrainingConfiguration()))
    try board.flush()

    let values = try EventFile.files(in: folder).flatMap(\.values)
    let scalars = values.filter { $0.value.scalar != nil }
    #expect(scalars.allSatisfy { $0.step == 25 })
    #expect(
      scalars.map(\.value.tag) == figures.named.filter { !$0.value.isNaN }.map(\.name))
    let pictures = values.filter { $0.value.image != nil }
    #expect(
      pictures.map(\.value.tag)
        == ["charge", "label", "prediction"].flatMap { ["\($0)/plane_0", "\($0)/plane_1"] })
    #expect(pictures.allSatisfy { $0.value.imageSize == [4, 8, 1] })
    let histograms = values.filter { $0.value.histogram != nil }
    let parameters = network.namedTrainedParameters
    #expect(
      histograms.map(\.value.tag)
        == parameters.flatMap { ["\($0.name)/weights", "\($0.name)/grad"] }
    )
    for (written, parameter) in zip(histograms, parameters.flatMap { [$0, $0] }) {
      #expect(written.value.histogram?.moments[2] == Double(parameter.parameter.count))
    }
    let text = try #require(values.last?.value.text?.text)
    #expect(text.hasPrefix("| option | value |\n|---|---|\n"))
    #expect(text.contains("\n| n-initial-filters | 2 |"))
  }

  @Test("A folder that cannot be made is an error, and so is a full disk")
  func failures() throws {
    try WrittenFile.replace(scratch.file("log"), with: [])
    #expect(throws: TaggerError.self) { try TensorBoardRun(folder: scratch.file("log/train")) }
    let board = try TensorBoardRun(folder: scratch.file("train"))
    board.add([("loss", 1)], step: 0)
    WriteFaults.$current.withValue(WriteFaults(from: 0)) {
      #expect(throws: FileError.self) { try board.flush() }
    }
  }

  @Test("The profile has the original's columns, and a resumed run keeps what came before")
  func profile() throws {
    func write(_ steps: Range<Int>, resumingAt step: Int?) throws -> [UInt8] {
      var profile = try ProfileFile(folder: scratch.file("log/profiles"), resumingAt: step)
      for step in steps {
        var times = StepTimes(step: step)
        times.forward = 0.5
        profile.append(times)
      }
      try profile.write()
      return try Array(
        #require(FileManager.default.contents(atPath: profile.path)))
    }
    let bytes = try write(0..<20, resumingAt: nil)
    let header = String(decoding: bytes.prefix(400), as: UTF8.self)
    let durations = [
      "iteration", "train", "val", "io", "forward", "backward", "checkpoint", "loss", "summary",
      "log", "optimizer", "metrics",
    ].map { "('\($0)', '<m8[us]')" }.joined(separator: ", ")
    #expect(header.contains("[('i', '<i4'), ('start', '<M8[us]'), \(durations)]"))
    #expect(header.contains("'shape': (20,)"))
    let resumed = try write(15..<18, resumingAt: 15)
    #expect(String(decoding: resumed.prefix(500), as: UTF8.self).contains("'shape': (18,)"))
    let rowBytes = 4 + 13 * 8
    #expect(
      resumed.suffix(18 * rowBytes).prefix(15 * rowBytes)
        == bytes.suffix(20 * rowBytes).prefix(15 * rowBytes))
  }
}
