import Autodiff
import Telemetry

/// The passes of a profile as slices of time: computing on one row, planning ahead on another.
struct ProfileTimeline {
  private static let computing = 0
  private static let planning = 1

  private(set) var trace: ChromeTrace

  init(_ measurement: NetworkMeasurement) {
    trace = ChromeTrace(beginning: measurement.beginning)
    for (number, pass) in measurement.training.enumerated() {
      add(pass, named: "step \(number)", category: "training")
    }
    for (number, pass) in measurement.inference.enumerated() {
      add(pass, named: "inference \(number)", category: "inference")
    }
  }

  private mutating func add(_ pass: MeasuredPass, named name: String, category: String) {
    add(
      name, category, Self.computing, pass.time,
      ["sites": "\(pass.sites)"].merging(pass.step.map { ["loss": "\($0.loss)"] } ?? [:]) { $1 })
    add("wait for the plan", "wait", Self.computing, pass.waiting)
    if let step = pass.step {
      let forward = step.start + .seconds(step.forwardSeconds)
      let backward = forward + .seconds(step.backwardSeconds)
      let end = min(backward + .seconds(step.optimizerSeconds), pass.time.upperBound)
      add("forward", "forward", Self.computing, .from(step.start, to: forward))
      add("backward", "backward", Self.computing, .from(forward, to: backward))
      add("optimizer", "optimizer", Self.computing, .from(backward, to: end))
    }
    for span in pass.trace.spans { add(span) }
    add("plan of \(name)", "planning", Self.planning, pass.planning, ["sites": "\(pass.sites)"])
    for rulebook in pass.rulebooks {
      add(
        "\(rulebook.form) \(rulebook.geometry)", "rulebook", Self.planning,
        rulebook.time.clamped(to: pass.planning), ["sites": "\(rulebook.sites)"])
    }
  }

  private mutating func add(_ span: Trace.Span) {
    let path = span.path.joined(separator: ".")
    let isBackward = span.kind == .backward
    let name = isBackward ? path : span.path.last ?? ""
    add(
      name.isEmpty ? "sums and joins" : name, isBackward ? "backward" : "forward", Self.computing,
      .from(span.start, to: span.end), ["path": path, "layer": span.layer])
  }

  private mutating func add(
    _ name: String, _ category: String, _ row: Int, _ time: TimeSpan,
    _ arguments: [String: String] = [:]
  ) {
    trace.add(
      name, category: category, row: row, from: time.lowerBound, to: time.upperBound,
      arguments: arguments)
  }
}
