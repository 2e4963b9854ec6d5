import EventFiles
import Foundation
import Telemetry
import Testing

@Suite("Histograms")
struct HistogramTests {
  private static let samples: [[Float]] = [
    [0, 1, -1, 0.5, 1e-30, -3e30, 7, 7, 7], [-2, -1.5, -1], [0], [-0.0], [3],
    [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude],
    (0..<1000).map { Float(sin(Double($0)) * exp(Double($0 % 37) - 18)) },
  ]

  private func histogram(_ values: [Float]) -> Histogram {
    values.withUnsafeBufferPointer { Histogram(of: $0) }
  }

  @Test("Moments and buckets are those of the values", arguments: samples.indices)
  func buckets(_ index: Int) throws {
    let values = Self.samples[index]
    let scratch = try Scratch()
    let writer = try EventFileWriter(folder: scratch.path)
    writer.add(histogram(values), name: "weights", step: 2)
    try writer.flush()
    let written = try #require(try EventFile(writer.path).values.first?.value.histogram)
    let exact = values.map(Double.init)
    let moments = [
      Double(try #require(values.min())), Double(try #require(values.max())),
      Double(values.count), exact.reduce(0, +), exact.reduce(0) { $0 + $1 * $1 },
    ]
    for (moment, expected) in zip(written.moments, moments) {
      #expect(abs(moment - expected) <= 1e-12 * abs(expected))
    }
    #expect(written.counts.count == written.limits.count)
    #expect(written.counts.reduce(0, +) == Double(values.count))
    #expect(zip(written.limits, written.limits.dropFirst()).allSatisfy { $0 < $1 })
    // Edges belong to one neighbour or the other.
    for (number, limit) in written.limits.enumerated() {
      let counted = written.counts.prefix(number + 1).reduce(0, +)
      #expect(Double(exact.count { $0 < limit }) <= counted)
      #expect(Double(exact.count { $0 <= limit }) >= counted)
    }
  }

  @Test("Buckets are narrow, but for that of zero")
  func width() {
    let buckets = histogram(Self.samples[6]).buckets
    #expect(buckets.count > 100)
    for (range, _) in buckets where range.lowerBound > 0 {
      #expect(range.upperBound / range.lowerBound <= 1.125)
    }
  }

  @Test("What is infinite or not a number is not counted, and no values are a histogram too")
  func unusual() throws {
    let counted = histogram([1, .nan, .infinity, -.infinity])
    #expect(counted.count == 1)
    #expect(counted.sum == 1)
    let scratch = try Scratch()
    let writer = try EventFileWriter(folder: scratch.path)
    writer.add(histogram([]), name: "none", step: 0)
    try writer.flush()
    #expect(try EventFile(writer.path).values.first?.value.histogram?.counts == [])
  }
}
