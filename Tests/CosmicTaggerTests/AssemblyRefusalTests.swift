import CosmicTagger
import LArCV
import Testing

/// One sentence: no line break, no full stop before its end.
func isOneSentence(_ text: String) -> Bool {
  !text.isEmpty && !text.contains("\n") && !text.contains(". ")
}

@Suite("Events that do not fit are refused in one sentence that names them")
struct AssemblyRefusalTests {
  private func refusal(
    _ events: [DetectorEvent], planes: Int = 2
  ) throws -> TaggerError? {
    let full = event((0..<planes).map { Pixels(projection: $0) }, [])
    let assembly = SiteAssembly(try ImageGeometry(full, data()), data())
    return #expect(throws: TaggerError.self) { try assembly.batch(events) }
  }

  static let unfit: [(DetectorEvent, String)] = [
    (event([Pixels(size: [16, 4])], []), "[16, 4]"),
    (event([], [Pixels(size: [4, 8])]), "[4, 8]"),
    (event([Pixels(projection: 2)], []), "projection 2"),
    (event([Pixels(projection: -1)], []), "projection -1"),
    (event([], [Pixels(projection: 7)]), "projection 7"),
    (event([Pixels(), Pixels()], []), "several"),
    (event([Pixels()], [Pixels(), Pixels()]), "several"),
    (event([Pixels(pixels: [(0, 0, 1)])], [Pixels(pixels: [(0, 0, 3)])]), "3.0"),
    (event([Pixels(pixels: [(0, 0, 1)])], [Pixels(pixels: [(0, 0, 0.5)])]), "0.5"),
    (event([Pixels(pixels: [(0, 0, 1)])], [Pixels(pixels: [(0, 0, -1)])]), "-1.0"),
  ]

  @Test("Size, projection or label is wrong", arguments: 0..<unfit.count)
  func batch(_ number: Int) throws {
    let (unfit, value) = Self.unfit[number]
    let fit = event([Pixels()], [], name: "entry 4 of made.h5")
    let error = try #require(try refusal([fit, unfit]))
    #expect(error.kind == .badData)
    #expect(error.description.contains("entry 5 of made.h5"))
    #expect(error.description.contains(value))
    #expect(isOneSentence(error.description))
    #expect(error.description.contains("leave the event out"))
  }

  @Test("A voxel is outside its image", arguments: [32, 33, UInt64.max])
  func outside(_ id: UInt64) throws {
    let meta = ImageMeta(projection: 1, voxelCounts: [8, 4])
    let image = SparseImage(meta: meta, ids: [3, id], values: [1, 1])
    let made = DetectorEvent(images: [image], labels: [], name: "entry 5 of made.h5")
    let error = try #require(try refusal([made]))
    #expect(error.kind == .badData)
    #expect(error.description.contains("projection 1 of entry 5 of made.h5"))
    #expect(isOneSentence(error.description))
  }

  @Test(
    "Images cannot be halved as often as asked",
    arguments: [([8, 4], 3), ([7, 4], 1), ([8, 5], 1), ([12, 4], 3)])
  func oddSizes(_ size: [Int], _ downsample: Int) throws {
    let error = #expect(throws: TaggerError.self) {
      try ImageGeometry(
        event([Pixels(size: size)], []), data { $0.downsample = downsample })
    }
    #expect(error?.kind == .usage)
    #expect(error?.description.contains("\(size[0])×\(size[1]) in entry 5 of made.h5") == true)
    #expect(error.map { isOneSentence($0.description) } == true)
  }

  @Test("Images have other than two axes, or none are there at all")
  func noImages() throws {
    for (unfit, words) in [
      (event([], []), "no planes"), (event([Pixels(size: [8, 0])], []), "[8, 0]"),
    ] {
      let error = #expect(throws: TaggerError.self) { try ImageGeometry(unfit, data()) }
      #expect(error?.kind == .badData)
      #expect(error?.description.contains("entry 5 of made.h5") == true)
      #expect(error?.description.contains(words) == true)
      #expect(error?.description.contains(": choose another ") == true)
    }
    let cube = SparseImage(
      meta: ImageMeta(projection: 0, voxelCounts: [2, 2, 2]), ids: [], values: [])
    let made = DetectorEvent(images: [cube], labels: [], name: "entry 5 of made.h5")
    #expect(throws: TaggerError.self) { try ImageGeometry(made, data()) }
  }

  @Test("A network too deep is told how deep it may be")
  func depth() throws {
    let made = event([Pixels(size: [64, 48])], [])
    let geometry = try ImageGeometry(made, data { $0.downsample = 1 })
    try geometry.checkDepth(3)
    let tooDeep = #expect(throws: TaggerError.self) { try geometry.checkDepth(4) }
    #expect(tooDeep?.kind == .usage)
    #expect(
      tooDeep?.description
        == "images of 24×32 (drift × wire) cannot be halved 4 times: "
        + "use --network-depth 3 or less, or a smaller --downsample")
    let odd = try ImageGeometry(event([Pixels(size: [7, 5])], []), data())
    let hopeless = #expect(throws: TaggerError.self) { try odd.checkDepth(1) }
    #expect(hopeless?.description.hasSuffix(": choose a file whose images can") == true)
  }

  @Test("The first event with planes decides, and one is needed")
  func search() throws {
    struct Source: EventSource {
      var events: [DetectorEvent]
      var eventCount: Int? { events.count }
      func read(_ number: Int) -> UndecodedEvent {
        let event = events[number]
        return UndecodedEvent { event }
      }
    }
    let empty = event([], [])
    let source = Source(events: [empty, event([Pixels(), Pixels(projection: 1)], [])])
    #expect(try ImageGeometry.find(in: source, data()).planes == 2)
    let error = #expect(throws: TaggerError.self) {
      try ImageGeometry.find(in: Source(events: [empty, empty]), data { $0.file = "made.h5" })
    }
    #expect(error?.kind == .badData)
    #expect(
      error?.description
        == "none of the first 2 events of made.h5 has any planes: choose another file, or "
        + "another --image-producer")
  }
}
