// What it costs to tell one rank of a step: reports.swift, compiled by `run`.
//
// Ranks tell the first one what they did, which reads it one after the other while all others wait. These
// types have the fields of the trainer's `StepReport`, and become numbers and sentences as it does; the table
// has seconds for one report.

struct Confusion: Equatable {
  var classes = 3
  var counts = (0..<9).map { 1000 * $0 + 137 }
}

struct Omissions: Equatable {
  var sentences: [String] = []
  var cutEvents = 0
  var cutVoxels = 0
}

struct Figures: Equatable {
  struct Share: Equatable {
    var count = 0
    var sum = 0.0
  }
  var kinds: Share?
  var detections: [Share] = []
  var distances: [Share] = []

  var shares: [Share] { [kinds].compactMap(\.self) + detections + distances }
}

struct Report: Equatable {
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

extension Report {
  var bytes: [UInt8] {
    var numbers: [Double] = [
      Double(sites), waitSeconds, computeSeconds, exchangeSeconds, Double(omissions.cutEvents),
      Double(omissions.cutVoxels), Double(events.count), Double(confusions.count),
      Double(confusions.first?.count ?? 0), Double(confusions.first?.first?.classes ?? 0),
      heads.kinds == nil ? 0 : 1, Double(heads.detections.count),
    ]
    numbers += events.map(Double.init)
    for image in confusions.joined() { numbers += image.counts.map(Double.init) }
    for share in heads.shares { numbers += [Double(share.count), share.sum] }
    let text = omissions.sentences.map { $0.replacing("\n", with: " ") }.joined(separator: "\n")
    return withUnsafeBytes(of: numbers.count) { Array($0) } + numbers.withUnsafeBytes { Array($0) }
      + Array(text.utf8)
  }

  init(bytes: [UInt8]) {
    let count = bytes.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
    let numbers = bytes.withUnsafeBytes { bytes in
      (1...count).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
    }
    var rest = numbers[...]
    func next() -> Double { rest.removeFirst() }
    sites = Int(next())
    (waitSeconds, computeSeconds, exchangeSeconds) = (next(), next(), next())
    (omissions.cutEvents, omissions.cutVoxels) = (Int(next()), Int(next()))
    let (eventCount, imageCount, planes) = (Int(next()), Int(next()), Int(next()))
    let (classes, hasKinds, headPlanes) = (Int(next()), next() == 1, Int(next()))
    events = (0..<eventCount).map { _ in Int(next()) }
    confusions = (0..<imageCount).map { _ in
      (0..<planes).map { _ in
        Confusion(classes: classes, counts: (0..<classes * classes).map { _ in Int(next()) })
      }
    }
    func share() -> Figures.Share {
      var share = Figures.Share()
      (share.count, share.sum) = (Int(next()), next())
      return share
    }
    if hasKinds { heads.kinds = share() }
    heads.detections = (0..<headPlanes).map { _ in share() }
    heads.distances = (0..<headPlanes).map { _ in share() }
    let text = String(decoding: bytes.dropFirst(8 * (count + 1)), as: UTF8.self)
    omissions.sentences = text.split(separator: "\n").map(String.init)
  }
}

/// The median of what a thousand blocks of a hundred calls take, for one call, after a hundred that warm up.
func median(_ body: () -> Void) -> Double {
  let clock = ContinuousClock()
  var taken: [Double] = []
  for _ in 0..<1100 {
    taken.append(clock.measure { for _ in 0..<100 { body() } } / .seconds(100))
  }
  return taken[100...].sorted()[500]
}

// What is found is kept, lest the compiler leave out what nobody asks for.
nonisolated(unsafe) var sink = 0

print("events,bytes,encode,decode")
for count in [1, 2, 4, 8, 16] {
  let report = Report(events: count)
  let bytes = report.bytes
  precondition(Report(bytes: bytes) == report, "a report that is read is the one that was sent")
  let encode = median { sink += report.bytes.count }
  let decode = median { sink += Report(bytes: bytes).events.count }
  print("\(count),\(bytes.count),\(encode),\(decode)")
}
