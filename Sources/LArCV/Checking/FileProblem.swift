/// Something that is wrong with a larcv3 file: where, and in words.
public struct FileProblem: Hashable, Sendable, CustomStringConvertible {
  /// What sort of thing is wrong.
  public enum Kind: String, Sendable, CaseIterable {
    /// The file, a group or a table is missing, or is not what it should be.
    case structure
    /// A name that larcv3 stumbles over.
    case name
    /// Rows that cannot be read.
    case unreadable
    /// Tables whose numbers of rows do not agree.
    case rows
    /// Rows that point where they should not.
    case extents
    /// An event without the projections that others have.
    case projections
    /// A geometry that is no image's.
    case geometry
    /// An image of another size than the first.
    case size
    /// Voxels that are not in ascending order.
    case order
    /// Voxels that are there twice.
    case repeated
    /// Voxels outside of their image.
    case outside
    /// A number that is not finite.
    case finite
    /// A label that names no class.
    case label
  }

  /// What sort of thing is wrong.
  public let kind: Kind
  /// The dataset's path in the file.
  public let dataset: String
  /// The event, if it is of one.
  public let entry: Int?
  /// What is wrong, and the value at fault.
  public let sentence: String

  /// One line.
  public var description: String {
    entry.map { "\(dataset): event \($0): \(sentence)" } ?? "\(dataset): \(sentence)"
  }
}

/// The problems of a file: the first few of each kind and dataset, and how many more there are.
public struct ProblemList: Sendable {
  /// Problems of one kind in one dataset.
  public struct Group: Sendable {
    /// The kind.
    public let kind: FileProblem.Kind
    /// The dataset's path in the file.
    public let dataset: String
    /// The first ones, in the order they were found in.
    public fileprivate(set) var first: [FileProblem] = []
    /// How many there are.
    public fileprivate(set) var count = 0

    /// How many there are beyond the first.
    public var more: Int { count - first.count }
  }

  /// How many of a kind are kept.
  public let limit: Int
  /// Every kind and dataset that has problems, in the order of the first ones.
  public private(set) var groups: [Group] = []
  /// The number of problems, those included that are only counted.
  public var count: Int { groups.reduce(0) { $0 + $1.count } }

  private struct Key: Hashable {
    let kind: FileProblem.Kind
    let dataset: String
  }

  private var positions: [Key: Int] = [:]

  init(limit: Int) {
    self.limit = limit
  }

  /// Adds a problem; its sentence is made only while it is kept.
  mutating func add(
    _ kind: FileProblem.Kind, _ dataset: String, entry: Int? = nil,
    _ sentence: @autoclosure () -> String
  ) {
    let key = Key(kind: kind, dataset: dataset)
    let position = positions[key] ?? groups.count
    if position == groups.count {
      positions[key] = position
      groups.append(Group(kind: kind, dataset: dataset))
    }
    groups[position].count += 1
    guard groups[position].first.count < limit else { return }
    groups[position].first.append(
      FileProblem(kind: kind, dataset: dataset, entry: entry, sentence: sentence()))
  }

  /// Adds what an error says, without the file and the remedy, which are the same for all.
  mutating func add(
    _ kind: FileProblem.Kind, _ dataset: String, entry: Int? = nil, _ error: LArCVError,
    file: String
  ) {
    add(kind, dataset, entry: entry, Self.sentence(of: error, file: file, dataset: dataset))
  }

  private static func sentence(
    of error: LArCVError, file: String, dataset: String
  ) -> String {
    var sentence = error.message[...]
    for prefix in ["\(file): ", "\(dataset) "] where sentence.hasPrefix(prefix) {
      sentence = sentence.dropFirst(prefix.count)
    }
    let remedy = "; \(LArCVError.copyAgain)"
    return String(sentence.hasSuffix(remedy) ? sentence.dropLast(remedy.count) : sentence)
  }
}
