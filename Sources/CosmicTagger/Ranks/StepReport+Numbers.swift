import Training

/// A report as numbers on their way: a step of thousands of ranks has as many of them to be read by one.
extension StepReport {
  /// As bytes: the number of numbers, the numbers, then sentences of events that were left out, a line each.
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

  /// The report of its bytes, which a process of the same program has made.
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
    func share() -> HeadFigures.Share {
      var share = HeadFigures.Share()
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

extension HeadFigures {
  /// All shares, in the order in which they are sent.
  fileprivate var shares: [Share] { [kinds].compactMap(\.self) + detections + distances }
}
