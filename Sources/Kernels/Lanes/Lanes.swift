/// Values that go through one instruction together: eight, four, or a single one.
///
/// Loops over channels are written once for any number of lanes; the compiler makes one of each.
/// Every lane computes what a single value would, so the bits do not depend on the number of lanes.
protocol Lanes: BitwiseCopyable {
  /// As many values in double precision.
  associatedtype Wide: WideLanes

  /// How many values there are.
  static var count: Int { get }

  /// The same value in every lane.
  init(repeating value: Float)

  static func + (left: Self, right: Self) -> Self
  static func - (left: Self, right: Self) -> Self
  static func * (left: Self, right: Self) -> Self
  static func / (left: Self, right: Self) -> Self

  /// The square root of each value.
  func squareRoot() -> Self

  /// This value where `sign` is above zero, `leak` times it elsewhere.
  func leaking(_ leak: Self, where sign: Self) -> Self

  /// The values in double precision.
  var wide: Wide { get }
}

/// Values in double precision that go through instructions together, as sums over many rows do.
protocol WideLanes: BitwiseCopyable {
  /// The same value in every lane.
  init(repeating value: Double)

  static func + (left: Self, right: Self) -> Self
  static func * (left: Self, right: Self) -> Self
}

extension WideLanes {
  /// Adds each value to its sum.
  @inline(__always)
  func add(to sums: UnsafeMutablePointer<Double>) {
    let raw = UnsafeMutableRawPointer(sums)
    raw.storeBytes(of: raw.loadUnaligned(as: Self.self) + self, as: Self.self)
  }
}

extension Lanes {
  /// Reads values that lie next to each other.
  @inline(__always)
  init(at values: UnsafePointer<Float>) {
    self = UnsafeRawPointer(values).loadUnaligned(as: Self.self)
  }

  /// Writes values next to each other.
  @inline(__always)
  func store(to values: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(values).storeBytes(of: self, as: Self.self)
  }
}

extension SIMD8<Float>: Lanes {
  @inline(__always)
  static var count: Int { 8 }

  @inline(__always)
  func leaking(_ leak: Self, where sign: Self) -> Self {
    (self * leak).replacing(with: self, where: sign .> 0)
  }

  @inline(__always)
  var wide: SIMD8<Double> { SIMD8<Double>(self) }
}

extension SIMD4<Float>: Lanes {
  @inline(__always)
  static var count: Int { 4 }

  @inline(__always)
  func leaking(_ leak: Self, where sign: Self) -> Self {
    (self * leak).replacing(with: self, where: sign .> 0)
  }

  @inline(__always)
  var wide: SIMD4<Double> { SIMD4<Double>(self) }
}

extension Float: Lanes {
  @inline(__always)
  static var count: Int { 1 }

  @inline(__always)
  init(repeating value: Float) { self = value }

  @inline(__always)
  func leaking(_ leak: Float, where sign: Float) -> Float { sign > 0 ? self : self * leak }

  @inline(__always)
  var wide: Double { Double(self) }
}

extension SIMD8<Double>: WideLanes {}

extension SIMD4<Double>: WideLanes {}

extension Double: WideLanes {
  @inline(__always)
  init(repeating value: Double) { self = value }
}
