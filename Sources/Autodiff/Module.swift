/// Anything made of parameters: a layer, a block of layers, a network.
public protocol Module {
  /// Parameters of its own, by name.
  var ownParameters: [(name: String, parameter: Parameter)] { get }

  /// The parts it is made of, by name, in the order data walks through them.
  var parts: [(name: String, part: any Module)] { get }
}

extension Module {
  /// None, unless a module says otherwise.
  public var ownParameters: [(name: String, parameter: Parameter)] { [] }

  /// None, unless a module says otherwise.
  public var parts: [(name: String, part: any Module)] { [] }

  /// All parameters and running statistics with their dotted names, `level0.down.block1.…`; those of
  /// a part that is used in several places appear under each of its names.
  public var namedParameters: [(name: String, parameter: Parameter)] {
    ownParameters
      + parts.flatMap { part in
        part.part.namedParameters.map { ("\(part.name).\($0.name)", $0.parameter) }
      }
  }

  /// The parameters an optimizer changes, each once: a layer that a network uses in several places is
  /// one layer, whose gradients add up.
  public var trainedParameters: [Parameter] { namedTrainedParameters.map(\.parameter) }

  /// The parameters an optimizer changes, each once and under its first name.
  public var namedTrainedParameters: [(name: String, parameter: Parameter)] {
    var seen: Set<ObjectIdentifier> = []
    return namedParameters.filter {
      $0.parameter.isTrained && seen.insert(ObjectIdentifier($0.parameter)).inserted
    }
  }

  /// Number of values an optimizer changes.
  public var parameterCount: Int {
    trainedParameters.reduce(0) { $0 + $1.count }
  }
}
