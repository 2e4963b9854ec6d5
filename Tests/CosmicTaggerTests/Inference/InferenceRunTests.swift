import Autodiff
import CosmicTagger
import Files
import Foundation
import LArCV
import Layers
import Networks
import Sites
import Tensors
import Testing
import Training

@Suite("Inference")
struct InferenceRunTests {
  /// The scores of an event's voxels, site by site and without folding: `[plane][voxel][class]`.
  private func scores(_ setting: InferenceSetting, event number: Int) throws -> [[[Double]]] {
    let data = data { $0.downsample = 1 }
    let source = try FileEventSource([setting.path("in.h5")], data)
    let event = try source.event(number)
    let geometry = try ImageGeometry.find(in: source, data)
    let batch = try SiteAssembly(geometry, data).batch([event])
    let input = Tensor(rows: batch.sites.count, channels: 1, batch.charges)
    let logits = try setting.network(
      SparseTensor(input, plan: Plan(batch.sites), tape: Tape(.inference))
    ).features.value
    var rows: [[Int]: Int] = [:]
    for row in 0..<batch.sites.count { rows[batch.sites.coordinates(row: row)] = row }
    return try event.images.map { image in
      try image.ids.map { id in
        let (wire, tick) = (Int(id) / InferenceSetting.ticks, Int(id) % InferenceSetting.ticks)
        let row = try #require(rows[[image.meta.projection, tick / 2, wire / 2]])
        let powers = (0..<3).map { exp(Double(logits.values[3 * row + $0])) }
        return powers.map { $0 / powers.reduce(0, +) }
      }
    }
  }

  @Test("writes what the network says of every voxel", arguments: [1, 2, 3, 7])
  func contents(_ minibatchSize: Int) throws {
    let setting = try InferenceSetting()
    try setting.infer(setting.configuration { $0.minibatchSize = minibatchSize })
    let (input, output) = try (
      LArCVReader(path: setting.path("in.h5")), LArCVReader(path: setting.path("out.h5"))
    )
    #expect(
      output.products.map(\.producer) == [
        "cosmictagger_label", "cosmictagger_score_background", "cosmictagger_score_cosmic",
        "cosmictagger_score_neutrino", "sbnd_cosmicseg", "sbndwire",
      ])
    for entry in 0..<InferenceSetting.events {
      #expect(try output.eventID(entry: entry) == input.eventID(entry: entry))
      for producer in ["sbndwire", "sbnd_cosmicseg"] {
        #expect(
          try output.sparseImages(producer: producer, entry: entry)
            == input.sparseImages(producer: producer, entry: entry))
      }
      try expectScores(output, entry, try scores(setting, event: entry))
    }
  }

  private func expectScores(
    _ output: LArCVReader, _ entry: Int, _ expected: [[[Double]]]
  ) throws {
    let charge = try output.sparseImages(producer: "sbndwire", entry: entry)
    let images = try ["background", "cosmic", "neutrino"].map {
      try output.sparseImages(producer: "cosmictagger_score_\($0)", entry: entry)
    }
    let labels = try output.sparseImages(producer: "cosmictagger_label", entry: entry)
    for plane in 0..<3 {
      #expect((images + [labels]).allSatisfy { $0[plane].ids == charge[plane].ids })
      for (voxel, scores) in expected[plane].enumerated() {
        let written = images.map { Double($0[plane].values[voxel]) }
        #expect(zip(written, scores).allSatisfy { abs($0 - $1) < 1e-5 })
        #expect(abs(written.reduce(0, +) - 1) < 1e-6)
        let label = Int(labels[plane].values[voxel])
        #expect(written[label] == written.max())
      }
    }
  }

  @Test("gives full images the scores of sites where other pixels are masked")
  func masked() throws {
    let setting = try InferenceSetting()
    try setting.infer(setting.configuration(output: "masked.h5") { $0.mode = .masked })
    let output = try LArCVReader(path: setting.path("masked.h5"))
    for entry in 0..<InferenceSetting.events {
      try expectScores(output, entry, try scores(setting, event: entry))
    }
    try setting.infer(setting.configuration(output: "dense.h5") { $0.mode = .dense })
    let dense = try LArCVReader(path: setting.path("dense.h5"))
    #expect(dense.entryCount == output.entryCount && dense.products == output.products)
  }

  @Test("writes labels as the file names them")
  func convention() throws {
    let setting = try InferenceSetting()
    try setting.infer(setting.configuration(output: "new.h5"))
    try setting.infer(
      setting.configuration(output: "old.h5") { $0.images.labelConvention = .neutrinoOne })
    let (new, old) = try (
      LArCVReader(path: setting.path("new.h5")), LArCVReader(path: setting.path("old.h5"))
    )
    for entry in 0..<InferenceSetting.events {
      let labels = try [new, old].map {
        try $0.sparseImages(producer: "cosmictagger_label", entry: entry).flatMap(\.values)
      }
      #expect(labels[0].map { $0 == 0 ? 0 : 3 - $0 } == labels[1])
    }
  }

  @Test("does without labels where there are none, and then judges nothing")
  func missingLabels() throws {
    let setting = try InferenceSetting(labels: false)
    let table = setting.path("events.csv")
    let lines = try setting.infer(setting.configuration { $0.metricsFile = table })
    #expect(
      lines[0]
        == "\(setting.path("in.h5")) has no labels of producer sbnd_cosmicseg: there are no metrics"
    )
    #expect(lines.contains("Inference report: 3 batches processed for 5 entries."))
    #expect(!lines.contains { $0.contains("ana Step") || $0.contains("accuracy") })
    let output = try LArCVReader(path: setting.path("out.h5"))
    #expect(!output.products.contains { $0.producer == "sbnd_cosmicseg" })
    try expectScores(output, 0, try scores(InferenceSetting(), event: 0))
    let rows = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n")
    #expect(rows.count == 6 && rows[1].hasPrefix("0,4,2,100,"))
    #expect(rows.allSatisfy { $0.split(separator: ",").count == 4 + 3 })
  }

  @Test("judges as the mean over all events does, whatever a batch is")
  func figures() throws {
    let setting = try InferenceSetting()
    let reports = try [1, 2, 5].map { size in
      let lines = try setting.infer(setting.configuration { $0.minibatchSize = size })
      return lines.filter { $0.hasPrefix("  ") }
    }
    #expect(reports[0].count == 6 && reports[0] == reports[1] && reports[1] == reports[2])
  }

  @Test("refuses a network for other planes, and one for other images")
  func otherNetwork() throws {
    let setting = try InferenceSetting()
    for (settings, words) in [
      (["planes": "2"], "has 3 planes"), (["network-depth": "4"], "no parameter"),
    ] {
      let stored = try Checkpoint(contentsOf: setting.path("model.h5"))
      try Checkpoint(
        parameters: stored.parameters, step: 3,
        configuration: stored.configuration.merging(settings) { $1 }
      ).write(to: setting.path("other.h5"))
      let error = #expect(throws: TaggerError.self) {
        try setting.infer(setting.configuration { $0.checkpoint = setting.path("other.h5") })
      }
      #expect(error != nil, "\(words)")
      #expect(!setting.contents.contains("out.h5"))
    }
  }
}
