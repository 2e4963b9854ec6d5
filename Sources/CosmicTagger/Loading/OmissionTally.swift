/// Tells what events lost on the way to a network: the first ones each, all by their number.
public struct OmissionTally {
  private var cutEvents = 0
  private var cutVoxels = 0
  private var leftOut = 0
  private let maxVoxels: Int?

  /// Events left out after which only their number is told.
  private static let mostTold = 20

  /// Nothing so far.
  public init(_ data: DataConfiguration) { maxVoxels = data.maxVoxels }

  /// Counts what a batch lost.
  ///
  /// - Returns: what is to be said of it at once.
  public mutating func add(_ omissions: Omissions) -> [String] {
    var lines: [String] = []
    for sentence in omissions.sentences {
      leftOut += 1
      if leftOut <= Self.mostTold { lines.append("\(sentence); the event is left out") }
      if leftOut == Self.mostTold {
        lines.append("further events are left out without a word, their number comes at the end")
      }
    }
    if cutEvents == 0, omissions.cutEvents > 0, let maxVoxels {
      lines.append(
        "events with more than --max-voxels \(maxVoxels) voxels on a plane are cut, their number "
          + "comes at the end")
    }
    cutEvents += omissions.cutEvents
    cutVoxels += omissions.cutVoxels
    return lines
  }

  /// What is to be said at the end.
  public var lines: [String] {
    var lines: [String] = []
    if leftOut > 0 { lines.append("Events left out for their bad data: \(leftOut)") }
    if cutEvents > 0 { lines.append("Events cut: \(cutEvents), by \(cutVoxels) voxels in all") }
    return lines
  }
}
