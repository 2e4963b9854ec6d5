/// What events lost on the way to a network.
public struct Omissions: Codable, Equatable, Sendable {
  /// A sentence for each event that was left out.
  public var sentences: [String] = []
  /// Events that were cut.
  public var cutEvents = 0
  /// Voxels of charge they had beyond what is allowed.
  public var cutVoxels = 0

  /// Nothing.
  public init() {}

  /// Adds what others lost.
  public mutating func add(_ other: Omissions) {
    sentences += other.sentences
    cutEvents += other.cutEvents
    cutVoxels += other.cutVoxels
  }

  /// Leaves out an event whose data are bad.
  ///
  /// - Throws: What is wrong with the event, where none is to be left out or it is not the data.
  mutating func leaveOut(
    _ error: TaggerError, _ data: DataConfiguration
  ) throws(TaggerError) {
    guard data.skipsBadEvents, error.kind == .badData else { throw error }
    sentences.append(error.description)
  }
}
