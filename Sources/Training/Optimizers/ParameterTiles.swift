import Autodiff
import Tensors

/// Values that go through an instruction together; what an optimizer does to one it does to all.
typealias Eight = SIMD8<Float>

/// The values of all parameters together with what is remembered of each, cut into tiles that threads
/// share out.
///
/// What is remembered belongs to the parameter and not to its place in a list: an optimizer that is
/// given another network begins anew there. Tiles are cut once, and again only for other parameters.
struct ParameterTiles {
  private let stateCount: Int
  private var parameters: [Parameter] = []
  /// What is remembered of each parameter.
  private(set) var states: [[Tensor]] = []
  private var tiles: [ParameterTile] = []

  /// No tiles yet, of parameters of which this many numbers a value are remembered, 0 to 2.
  init(states: Int = 0) {
    stateCount = states
  }

  /// Values of a tile: tens of microseconds of work.
  private static let valuesPerTile = 1 << 15

  /// Cuts tiles of these parameters, whose state is zero where it is not yet known.
  ///
  /// - Returns: whether it is known of none: the first step begins.
  @discardableResult
  mutating func cover(_ asked: [Parameter]) -> Bool {
    if parameters.elementsEqual(asked, by: ===) { return parameters.isEmpty }
    var known: [ObjectIdentifier: [Tensor]] = [:]
    for (parameter, state) in zip(parameters, states) {
      known[ObjectIdentifier(parameter)] = state
    }
    let isNew = asked.allSatisfy { known[ObjectIdentifier($0)] == nil }
    states = asked.map { parameter in
      known[ObjectIdentifier(parameter)]
        ?? (0..<stateCount).map { _ in
          Tensor(rows: parameter.value.rows, channels: parameter.value.channels)
        }
    }
    parameters = asked
    tiles = zip(asked, states).enumerated().flatMap { number, item in
      stride(from: 0, to: item.0.count, by: Self.valuesPerTile).map { start in
        ParameterTile(
          item.0, number: number, states: item.1,
          start..<min(start + Self.valuesPerTile, item.0.count))
      }
    }
    return isNew
  }

  /// Number of tiles.
  var count: Int { tiles.count }

  /// Number of parameters.
  var parameterCount: Int { parameters.count }

  /// Calls `body` with every tile, from several threads at once.
  func forEach(_ threads: Threads, _ body: (ParameterTile) -> Void) {
    tiles.withUnsafeBufferPointer { tiles in
      threads.run(tiles.count) { index, _ in body(tiles[index]) }
    }
  }

  /// Calls `body` with the number of every tile too.
  func forEach(_ threads: Threads, _ body: (_ index: Int, ParameterTile) -> Void) {
    tiles.withUnsafeBufferPointer { tiles in
      threads.run(tiles.count) { index, _ in body(index, tiles[index]) }
    }
  }

  /// The number of the parameter a tile is of.
  func parameter(ofTile index: Int) -> Int { tiles[index].number }
}

/// Some values of one parameter, with their gradients and what is remembered of them.
///
/// Plain addresses: whoever has cut the tiles holds the parameters.
struct ParameterTile {
  let number: Int
  let values: UnsafeMutablePointer<Float>
  let gradient: UnsafeMutablePointer<Float>
  let count: Int
  private let first: UnsafeMutablePointer<Float>?
  private let second: UnsafeMutablePointer<Float>?

  init(_ parameter: Parameter, number: Int, states: [Tensor], _ range: Range<Int>) {
    self.number = number
    values = parameter.value.values + range.lowerBound
    gradient = parameter.gradient.values + range.lowerBound
    count = range.count
    first = states.isEmpty ? nil : states[0].values + range.lowerBound
    second = states.count < 2 ? nil : states[1].values + range.lowerBound
  }

  /// Changes eight values and their state at a time; what is not remembered is zero.
  ///
  /// - Parameter change: values, their gradients, and the two numbers remembered of each.
  @inline(__always)
  func forEachEight(
    _ change: (inout Eight, _ gradient: Eight, inout Eight, inout Eight) -> Void
  ) {
    let (values, gradient, first, second) = (values, gradient, first, second)
    var index = 0
    while index &+ 8 <= count {
      var (value, one, two) = (Eight(at: values + index), Eight.zero, Eight.zero)
      if let first { one = Eight(at: first + index) }
      if let second { two = Eight(at: second + index) }
      change(&value, Eight(at: gradient + index), &one, &two)
      value.store(to: values + index)
      if let first { one.store(to: first + index) }
      if let second { two.store(to: second + index) }
      index &+= 8
    }
    if index < count { changeRest(from: index, change) }
  }

  /// The last values, fewer than eight, in lanes of which the others stay zero.
  private func changeRest(
    from start: Int,
    _ change: (inout Eight, _ gradient: Eight, inout Eight, inout Eight) -> Void
  ) {
    var (value, slope, one, two) = (Eight.zero, Eight.zero, Eight.zero, Eight.zero)
    for lane in 0..<count - start {
      value[lane] = values[start + lane]
      slope[lane] = gradient[start + lane]
      one[lane] = first?[start + lane] ?? 0
      two[lane] = second?[start + lane] ?? 0
    }
    change(&value, slope, &one, &two)
    for lane in 0..<count - start {
      values[start + lane] = value[lane]
      first?[start + lane] = one[lane]
      second?[start + lane] = two[lane]
    }
  }

  /// Sets the gradients to zero.
  func clearGradient() { gradient.update(repeating: 0, count: count) }

  /// Whether no gradient is infinite or not a number: zero times any other is zero.
  var hasFiniteGradient: Bool {
    let gradient = gradient
    var (even, odd) = (Eight.zero, Eight.zero)
    var index = 0
    while index &+ 16 <= count {
      even += Eight(at: gradient + index) * 0
      odd += Eight(at: gradient + (index &+ 8)) * 0
      index &+= 16
    }
    return even + odd == .zero && (index..<count).allSatisfy { gradient[$0].isFinite }
  }
}

extension Eight {
  /// Reads eight values.
  @inline(__always)
  fileprivate init(at values: UnsafePointer<Float>) {
    self = UnsafeRawPointer(values).loadUnaligned(as: Eight.self)
  }

  /// Writes eight values.
  @inline(__always)
  fileprivate func store(to values: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(values).storeBytes(of: self, as: Eight.self)
  }
}
