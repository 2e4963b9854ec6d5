import CosmicTagger
import LArCV
import Tensors
import Testing

@Suite("Sites of events made by hand")
struct SiteAssemblyTests {
  private func assemble(
    _ events: [DetectorEvent], _ configuration: DataConfiguration = data(), planes: Int = 1,
    size: [Int] = [8, 4]
  ) throws -> [String] {
    let full = event((0..<planes).map { Pixels(projection: $0, size: size) }, [])
    let geometry = try ImageGeometry(full, configuration)
    let batch = try SiteAssembly(geometry, configuration).batch(events)
    #expect(batch.charges.count == batch.sites.count && batch.labels.count == batch.sites.count)
    #expect(
      batch.planes == (0..<batch.sites.count).map { Int32(batch.sites.coordinates(row: $0)[0]) })
    return listing(batch)
  }

  @Test("Charges are averaged over all pixels of a coarse one, labels take their largest value")
  func downsampling() throws {
    let pixels: [(Int, Int, Float)] = [(0, 0, 1), (0, 1, 2), (1, 1, 6), (2, 0, 8)]
    let labels: [(Int, Int, Float)] = [(0, 0, 0), (0, 1, 2), (1, 1, 1), (2, 0, 0)]
    let made = event([Pixels(pixels: pixels)], [Pixels(pixels: labels)])
    #expect(
      try assemble([made], data { $0.downsample = 1 }) == ["0 0 0 0: 2.25 2", "0 0 0 1: 2.0 0"])
  }

  @Test("Float sums keep the stored order")
  func storedOrder() throws {
    // In stored order the small ones drown one by one; in any better order they would not.
    let pixels: [(Int, Int, Float)] = [(0, 0, 16_777_216), (0, 1, 1), (1, 0, 1), (1, 1, 1)]
    let made = event([Pixels(pixels: pixels)], [])
    #expect(try assemble([made], data { $0.downsample = 1 }) == ["0 0 0 0: 4194304.0 0"])
  }

  @Test("Charges are rounded to bfloat16 where that is asked for, averages and all")
  func roundedCharges() throws {
    let made = event([Pixels(pixels: [(0, 0, 257), (0, 1, 256), (2, 2, 3)])], [])
    #expect(
      try assemble([made], data { $0.roundsCharges = true })
        == ["0 0 0 0: 256.0 0", "0 0 1 0: 256.0 0", "0 0 2 2: 3.0 0"])
  }

  @Test("Explicit zeros are sites")
  func explicitZeros() throws {
    let zeros: [(Int, Int, Float)] = [(3, 2, 0), (7, 3, 0)]
    let made = event([Pixels(pixels: zeros)], [Pixels(pixels: zeros)])
    #expect(try assemble([made]) == ["0 0 2 3: 0.0 0", "0 0 3 7: 0.0 0"])
    #expect(
      try assemble([made], data { $0.downsample = 2 }) == ["0 0 0 0: 0.0 0", "0 0 0 1: 0.0 0"])
  }

  @Test(
    "Axes mean what the configuration says",
    arguments: [
      (DataConfiguration.Axes.automatic, [8, 4], "0 0 1 6"), (.automatic, [4, 8], "0 0 3 5"),
      (.wireDrift, [4, 8], "0 0 5 3"), (.rowColumn, [8, 4], "0 0 6 1"),
      (.automatic, [8, 8], "0 0 1 6"),
    ])
  func axes(_ axes: DataConfiguration.Axes, _ size: [Int], _ place: String) throws {
    let pixel: (Int, Int, Float) = size == [4, 8] ? (3, 5, 2) : (6, 1, 2)
    let made = event([Pixels(size: size, pixels: [pixel])], [])
    #expect(try assemble([made], data { $0.axes = axes }, size: size) == ["\(place): 2.0 0"])
  }

  @Test("Labels of 2019 are told apart from today's")
  func labelConventions() throws {
    let charge: [(Int, Int, Float)] = [(0, 0, 9), (0, 1, 9), (0, 2, 9)]
    let labels: [(Int, Int, Float)] = [(0, 0, 0), (0, 1, 1), (0, 2, 2)]
    let made = event([Pixels(pixels: charge)], [Pixels(pixels: labels)])
    func last(_ convention: DataConfiguration.LabelConvention) throws -> [Character?] {
      try assemble([made], data { $0.labelConvention = convention }).map(\.last)
    }
    #expect(try last(.cosmicOne) == ["0", "1", "2"])
    #expect(try last(.neutrinoOne) == ["0", "2", "1"])
  }

  @Test("A label without charge has no site, a charge without label is background")
  func unmatched() throws {
    let charge: [(Int, Int, Float)] = [(1, 0, 3), (4, 0, 4), (6, 0, 5)]
    let labels: [(Int, Int, Float)] = [(0, 0, 1), (4, 0, 2), (5, 0, 1), (7, 3, 1)]
    let made = event([Pixels(pixels: charge)], [Pixels(pixels: labels)])
    #expect(try assemble([made]) == ["0 0 0 1: 3.0 0", "0 0 0 4: 4.0 2", "0 0 0 6: 5.0 0"])
    let unlabelled = event([Pixels(pixels: charge)], [])
    #expect(try assemble([unlabelled]).allSatisfy { $0.hasSuffix(" 0") })
  }

  @Test("An empty event is an event, wherever it is in the batch", arguments: 0..<3)
  func emptyEvents(_ position: Int) throws {
    let full = event(
      [Pixels(projection: 1, pixels: [(2, 1, 7)])], [Pixels(projection: 1, pixels: [(2, 1, 1)])])
    let empty = event([], [])
    var events = [full, full, full]
    events[position] = empty
    let expected = (0..<3).filter { $0 != position }.map { "\($0) 1 1 2: 7.0 1" }
    #expect(try assemble(events, planes: 3) == expected)
    #expect(try assemble([empty, empty], planes: 3).isEmpty)
    #expect(try assemble([], planes: 3).isEmpty)
  }

  @Test("Planes may be missing, empty and in any order")
  func planes() throws {
    let made = event(
      [Pixels(projection: 2, pixels: [(0, 0, 1)]), Pixels(projection: 0)],
      [Pixels(projection: 1, pixels: [(0, 0, 2)]), Pixels(projection: 2, pixels: [(0, 0, 2)])])
    #expect(try assemble([made], planes: 3) == ["0 2 0 0: 1.0 2"])
  }

  @Test("Random images agree with a plain dictionary", arguments: 0..<4)
  func random(_ downsample: Int) throws {
    var random = RandomStream(seed: 3, stream: UInt64(downsample))
    let size = [64, 24]
    func pixels(_ plane: Int, _ value: (inout RandomStream) -> Float) -> Pixels {
      var made = Pixels(projection: plane, size: size)
      for id in 0..<(64 * 24) where random.uniform() < 0.2 {
        made.pixels.append((id / 24, id % 24, value(&random)))
      }
      return made
    }
    let events = (0..<3).map { _ in
      event(
        (0..<2).map { pixels($0) { Float($0.uniform() * 100) } },
        (0..<2).map { pixels($0) { Float(Int.random(in: 0...2, using: &$0)) } })
    }
    for (axes, isWireFirst) in [(DataConfiguration.Axes.wireDrift, true), (.rowColumn, false)] {
      for convention in DataConfiguration.LabelConvention.allCases {
        let configuration = data {
          $0.downsample = downsample
          $0.axes = axes
          $0.labelConvention = convention
        }
        let expected = NaiveAssembly(
          planes: 2, size: size, factor: 1 << downsample, isWireFirst: isWireFirst,
          swapsLabels: convention == .neutrinoOne)
        #expect(
          try assemble(events, configuration, planes: 2, size: size) == expected.listing(events))
      }
    }
  }

  @Test(
    "Voxels may be stored in any order, in images of any size",
    arguments: [[64, 24], [24, 64], [1 << 21, 4], [4, 1 << 21]], [0, 1])
  func shuffled(_ size: [Int], _ downsample: Int) throws {
    var random = RandomStream(seed: 5, stream: UInt64(downsample))
    var pixels = Pixels(size: size)
    for id in 0..<400 where random.uniform() < 0.5 {
      let spread = id * (size[0] * size[1] / 400)
      pixels.pixels.append((spread / size[1], spread % size[1], Float(random.uniform() * 100)))
    }
    pixels.pixels.shuffle(using: &random)
    var labels = pixels
    labels.pixels = labels.pixels.enumerated().map { ($1.0, $1.1, Float($0 % 3)) }
    let made = event([pixels], [labels])
    labels.pixels.shuffle(using: &random)
    let other = event([pixels], [labels])
    for (axes, isWireFirst) in [(DataConfiguration.Axes.wireDrift, true), (.rowColumn, false)] {
      let configuration = data {
        $0.downsample = downsample
        $0.axes = axes
      }
      let expected = NaiveAssembly(
        planes: 1, size: size, factor: 1 << downsample, isWireFirst: isWireFirst)
      #expect(
        try assemble([made, other], configuration, size: size)
          == expected.listing([made, other]))
    }
  }
}
