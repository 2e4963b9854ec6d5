/// Why coordinates, sizes or filters cannot make a site set or a rulebook.
public struct SiteError: Error, CustomStringConvertible, Equatable, Sendable {
  /// One sentence that names the value and the remedy.
  public let description: String

  /// An error with its sentence.
  public init(_ description: String) {
    self.description = description
  }
}
