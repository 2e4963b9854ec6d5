import Kernels
import Reference
import Tensors
import Testing

/// Proves kernels that copy rows by number, and sums over groups and segments of rows, against plain
/// loops, with the same bits on any number of threads.
@Suite("Row copies and segment kernels")
struct RowGatheringKernelTests {
  static let counts = [0, 1, 5, 2049, 9000]
  static let widths = [1, 3, 17]

  /// A many-to-one relation: -1 for some, groups of none, one and many.
  private func relation(_ count: Int, rows: Int, seed: UInt64) -> [Int32] {
    var random = SplitMix(seed: seed)
    return (0..<count).map { _ in
      rows == 0 ? -1 : Int32.random(in: -1..<Int32(rows), using: &random)
    }
  }

  @Test("gathers and group sums", arguments: counts, widths)
  func gathers(count: Int, channels: Int) {
    let sourceRows = count / 2
    let source = randomTensor(sourceRows, channels, seed: 1)
    let values = randomTensor(count, channels, seed: 2)
    let rows = relation(count, rows: sourceRows, seed: 3)
    let factors = (0..<sourceRows).map { Float($0 % 7) }
    let groups = (0..<sourceRows).map { row in rows.indices.filter { rows[$0] == Int32(row) } }
    var starts: [Int32] = [0]
    for group in groups { starts.append(starts[starts.count - 1] + Int32(group.count)) }
    let members = groups.flatMap { $0 }.map { Int32($0) }
    let (results, areSame) = onAllThreadCounts { compute in
      rows.withUnsafeBufferPointer { rows in
        factors.withUnsafeBufferPointer { factors in
          starts.withUnsafeBufferPointer { starts in
            members.withUnsafeBufferPointer { members in
              let sum = compute.add(values, Tensor(rows: count, channels: channels))
              compute.addGatheredRows(source, rows, to: sum)
              return [
                compute.gatherRows(source, rows).array,
                compute.gatherRows(source, rows, factors: factors).array, sum.array,
                compute.groupSums(values, starts: starts, members: members).array,
                compute.groupSums(values, starts: starts, members: members, dividing: true).array,
              ]
            }
          }
        }
      }
    }
    #expect(areSame)
    var expected = [[Float]](repeating: [], count: 5)
    for (index, row) in rows.enumerated() {
      for channel in 0..<channels {
        let value = row < 0 ? 0 : source[Int(row), channel]
        expected[0].append(value)
        expected[1].append(row < 0 ? 0 : value * factors[Int(row)])
        expected[2].append(values[index, channel] + value)
      }
    }
    for group in groups {
      for channel in 0..<channels {
        let sum = group.reduce(0.0) { $0 + Double(values[$1, channel]) }
        expected[3].append(Float(sum))
        expected[4].append(Float(sum / Double(max(group.count, 1))))
      }
    }
    #expect(results == expected)
  }

  @Test("scatters with and without fill, and active rows", arguments: counts, widths)
  func scatters(count: Int, channels: Int) {
    let input = randomTensor(count, channels, seed: 4)
    let places = (0..<count).map { Int32($0 * 3 + 1) }
    let fill = (0..<channels).map { Float($0) + 2 }
    let (results, areSame) = onAllThreadCounts { compute in
      places.withUnsafeBufferPointer { places in
        let zeros = compute.scatterRows(input, to: places, rowCount: count * 3 + 1)
        let filled = compute.scatterRows(input, to: places, rowCount: count * 3 + 1, fill: fill)
        let active = compute.activeRows(filled, fill: fill, threshold: 0)
        let far = compute.activeRows(filled, fill: fill, threshold: 2)
        return [zeros.array, filled.array, active.map { Float($0) }, far.map { Float($0) }]
      }
    }
    #expect(areSame)
    var zeros = [Float](repeating: 0, count: (count * 3 + 1) * channels)
    var filled = (0...count * 3).flatMap { _ in fill }
    for (row, place) in places.enumerated() {
      for channel in 0..<channels {
        zeros[Int(place) * channels + channel] = input[row, channel]
        filled[Int(place) * channels + channel] = input[row, channel]
      }
    }
    #expect(results[0] == zeros)
    #expect(results[1] == filled)
    // All values are below one, every fill is at least two.
    #expect(results[2] == places.map { Float($0) })
    let far = places.indices.filter { row in
      (0..<channels).contains { abs(input[row, $0] - fill[$0]) > 2 }
    }
    #expect(results[3] == far.map { Float(places[$0]) })
  }

  @Test("values that are not numbers are active")
  func notNumbers() {
    let input = Tensor(rows: 4, channels: 1, [.nan, 0, .infinity, -0.0])
    #expect(Compute().activeRows(input, fill: [0], threshold: 5) == [0, 2])
    #expect(Compute().activeRows(input, fill: [.infinity], threshold: 0) == [0, 1, 3])
  }

  @Test(
    "sums, maxima and combinations of segments, also empty ones",
    arguments: [[], [0], [1], [0, 5, 0], [3000, 0, 1, 4000, 0], [1024, 1025]], widths)
  func segments(lengths: [Int], channels: Int) {
    var ranges: [Range<Int>] = []
    for length in lengths {
      let start = ranges.last?.upperBound ?? 0
      ranges.append(start..<start + length)
    }
    let count = lengths.reduce(0, +)
    let input = randomTensor(count, channels, seed: 5)
    let other = randomTensor(count, channels, seed: 6)
    let values = randomTensor(lengths.count, channels, seed: 7)
    let segments = Segments(ranges)
    let (results, areSame) = onAllThreadCounts { compute in
      let (maxima, winners) = compute.segmentMaxima(input, segments)
      return [
        compute.segmentSums(input, segments),
        compute.segmentSums(input, segments, dividing: true),
        compute.segmentSums(input, times: other, segments), maxima,
        compute.segmentMaximaBackward(outputGradient: values, winners: winners, rows: count),
        compute.spread(values, over: segments),
        compute.spread(values, over: segments, dividing: true),
        compute.combine(input, with: values, segments, by: .add),
        compute.combine(input, with: values, segments, by: .multiply),
      ].map(\.array)
    }
    #expect(areSame)
    var expected = [[Double]](repeating: [], count: 9)
    expected[4] = [Double](repeating: 0, count: count * channels)
    for (segment, range) in ranges.enumerated() {
      for channel in 0..<channels {
        let column = range.map { Double(input[$0, channel]) }
        let sum = column.reduce(0, +)
        expected[0].append(sum)
        expected[1].append(sum / Double(max(1, range.count)))
        expected[2].append(
          range.reduce(0) { $0 + Double(input[$1, channel]) * Double(other[$1, channel]) })
        expected[3].append(column.max() ?? 0)
        if let winner = column.firstIndex(of: column.max() ?? 0) {
          expected[4][(range.lowerBound + winner) * channels + channel] =
            Double(values[segment, channel])
        }
      }
      for row in range {
        for channel in 0..<channels {
          let (x, value) = (Double(input[row, channel]), Double(values[segment, channel]))
          expected[5].append(value)
          expected[6].append(value / Double(range.count))
          expected[7].append(x + value)
          expected[8].append(x * value)
        }
      }
    }
    for (ours, oracle) in zip(results, expected) {
      let difference = compare(ours.map(Double.init), with: oracle)
      #expect(difference.scaledError < 1e-6, "\(difference)")
    }
  }
}
