/// What one group under `/Data` holds: a type of data, made by a producer.
///
/// larcv3 names the group `<type>_<producer>_group`: the type ends at the first underscore, so the
/// producer may have underscores of its own (`sparse2d_sbnd_cosmicseg_group`).
public struct Product: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The type of data, such as `sparse2d`, `sparse3d`, `cluster2d`, `particle` or `image2d`.
  public let type: String
  /// Who made it, such as `sbndwire` or `sbnd_cosmicseg`.
  public let producer: String

  /// The product of a type by a producer.
  public init(type: String, producer: String) {
    self.type = type
    self.producer = producer
  }

  /// Reads a group's name; nil when it is not `<type>_<producer>_group`.
  init?(groupName: String) {
    guard groupName.hasSuffix(Product.groupSuffix) else { return nil }
    let stem = groupName.dropLast(Product.groupSuffix.count)
    guard let underscore = stem.firstIndex(of: "_") else { return nil }
    type = String(stem[..<underscore])
    producer = String(stem[stem.index(after: underscore)...])
    guard !type.isEmpty, !producer.isEmpty else { return nil }
  }

  /// Type and producer as one word, such as `sparse2d_sbndwire`.
  public var name: String { "\(type)_\(producer)" }

  /// The name.
  public var description: String { name }

  /// Products are listed by name.
  public static func < (left: Product, right: Product) -> Bool { left.name < right.name }

  static let groupSuffix = "_group"

  /// The path of the product's group in the file.
  var groupPath: String { "/Data/\(name)\(Product.groupSuffix)" }
}
