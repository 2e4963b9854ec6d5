// What it costs to tell one rank of a step: reports.swift, compiled by `run`.
//
// Ranks tell the first one what they did as property lists, which it reads one after the other while all
// others wait. These types have the fields of the trainer's `StepReport`; the table has seconds for one report.
import Foundation

struct Confusion: Codable {
  var classes = 3
  var counts = (0..<9).map { 1000 * $0 + 137 }
}

struct Omissions: Codable {
  var sentences: [String] = []
  var cutEvents = 0
  var cutVoxels = 0
}

struct Figures: Codable {
  struct Share: Codable {
    var count = 0
    var sum = 0.0
  }
  var kinds: Share?
  var detections: [Share] = []
  var distances: [Share] = []
}

struct Report: Codable {
  var events: [Int]
  var omissions = Omissions()
  var sites = 123_456
  var waitSeconds = 0.000123
  var computeSeconds = 1.234567
  var exchangeSeconds = 0.0123456
  var confusions: [[Confusion]]
  var heads = Figures()

  init(events count: Int) {
    events = (0..<count).map { 1000 + $0 }
    confusions = events.map { _ in [Confusion(), Confusion(), Confusion()] }
  }
}

/// The median of what a hundred calls take, after ten that warm up.
func median(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  var taken: [Double] = []
  for _ in 0..<110 { taken.append(try clock.measure(body) / .seconds(1)) }
  return taken[10...].sorted()[50]
}

print("events,bytes,encode,decode")
for count in [1, 2, 4, 8, 16] {
  let report = Report(events: count)
  let encoder = PropertyListEncoder()
  encoder.outputFormat = .binary
  let bytes = try encoder.encode([report])
  let encode = try median { _ = try encoder.encode([report]) }
  let decode = try median { _ = try PropertyListDecoder().decode([Report].self, from: bytes) }
  print("\(count),\(bytes.count),\(encode),\(decode)")
}
