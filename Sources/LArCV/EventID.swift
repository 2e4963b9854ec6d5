/// The three numbers by which an experiment names an event, as stored in `/Events/event_id`.
///
/// They need not be unique: files exist in which every event is (-1, -1, -1).  The entry number is
/// the key; this is a label.
public struct EventID: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The run of the detector (or of the simulation).
  public var run: Int64
  /// The part of the run.
  public var subrun: Int64
  /// The event in the run.
  public var event: Int64

  /// An event's label.
  public init(run: Int64, subrun: Int64, event: Int64) {
    self.run = run
    self.subrun = subrun
    self.event = event
  }

  /// Run, subrun and event, joined by slashes.
  public var description: String { "\(run)/\(subrun)/\(event)" }
}
