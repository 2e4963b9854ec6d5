import Foundation
import Telemetry
import Testing

@Suite("Chrome trace")
struct ChromeTraceTests {
  private let beginning = ContinuousClock.now

  private func json(_ trace: ChromeTrace) throws -> [String: Any] {
    let data = try JSONEncoder().encode(trace)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test("an empty trace is a trace without events")
  func empty() throws {
    let object = try json(ChromeTrace(beginning: beginning))
    #expect((object["traceEvents"] as? [Any])?.isEmpty == true)
    #expect(object["displayTimeUnit"] as? String == "ms")
  }

  @Test("a slice is a complete event in microseconds, with the format's keys")
  func slice() throws {
    var trace = ChromeTrace(beginning: beginning)
    trace.add(
      "step \"1\"", category: "training", row: 3, from: beginning + .microseconds(1500),
      to: beginning + .nanoseconds(2_500_250), arguments: ["sites": "17"])
    let events = try #require(try json(trace)["traceEvents"] as? [[String: Any]])
    let event = try #require(events.first)
    #expect(events.count == 1)
    #expect(event["name"] as? String == "step \"1\"")
    #expect(event["cat"] as? String == "training")
    #expect(event["ph"] as? String == "X")
    #expect(event["ts"] as? Double == 1500)
    #expect(event["dur"] as? Double == 1000.25)
    #expect(event["pid"] as? Int == 0)
    #expect(event["tid"] as? Int == 3)
    #expect(event["args"] as? [String: String] == ["sites": "17"])
  }

  @Test("slices that touch do not overlap, and those within others stay within")
  func nesting() {
    var trace = ChromeTrace(beginning: beginning)
    var start = beginning
    for number in 0..<1000 {
      let end = start + .nanoseconds(1 + number * 7919 % 100_003)
      trace.add("\(number)", category: "", row: 0, from: start, to: end)
      start = end
    }
    trace.add("all", category: "", row: 0, from: beginning, to: start)
    let pieces = trace.slices.dropLast()
    for (slice, next) in zip(pieces, pieces.dropFirst()) {
      #expect(abs(slice.start + slice.duration - next.start) < 1e-6)
    }
    #expect(abs(trace.slices[1000].duration - pieces.reduce(0) { $0 + $1.duration }) < 1e-6)
  }

  @Test("a slice that ends before it starts has no length")
  func backwards() {
    var trace = ChromeTrace(beginning: beginning)
    trace.add("", category: "", row: 0, from: beginning, to: beginning - .seconds(1))
    #expect(trace.slices[0].duration == 0)
  }
}
