/// Values that go through one instruction together: a register of them, or a single one.
///
/// Loops over channels are written once for any number of lanes; the compiler makes one of each.
/// Every lane computes what a single value would, so the bits do not depend on the number of lanes.
protocol Register: BitwiseCopyable {
  /// As many values in double precision.
  associatedtype Wide: WideRegister

  /// How many values there are.
  static var count: Int { get }

  /// The same value in every lane.
  init(repeating value: Float)

  static func + (left: Self, right: Self) -> Self
  static func - (left: Self, right: Self) -> Self
  static func * (left: Self, right: Self) -> Self

  /// This value and a product, with one rounding where the processor has an instruction for it.
  func adding(_ left: Self, times right: Self) -> Self

  /// This value where `sign` is above zero, `leak` times it elsewhere.
  func leaking(_ leak: Self, where sign: Self) -> Self

  /// The values in double precision; lane by lane, for the library's conversion is a call.
  var wide: Wide { get }
}

/// Values in double precision that go through instructions together, as sums over many rows do.
protocol WideRegister: BitwiseCopyable {
  /// The same value in every lane.
  init(repeating value: Double)

  static func + (left: Self, right: Self) -> Self
  static func * (left: Self, right: Self) -> Self
}

extension WideRegister {
  /// Adds each value to its sum.
  @inline(__always)
  func add(to sums: UnsafeMutablePointer<Double>) {
    let raw = UnsafeMutableRawPointer(sums)
    raw.storeBytes(of: raw.loadUnaligned(as: Self.self) + self, as: Self.self)
  }
}

extension Register {
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

extension SIMD where Scalar == Float {
  @inline(__always)
  static var count: Int { scalarCount }

  @inline(__always)
  func adding(_ left: Self, times right: Self) -> Self {
    hasFusedProduct ? addingProduct(left, right) : self + left * right
  }
}

extension SIMD16<Float>: Register {
  @inline(__always)
  func leaking(_ leak: Self, where sign: Self) -> Self {
    (self * leak).replacing(with: self, where: sign .> 0)
  }

  @inline(__always)
  var wide: SIMD16<Double> {
    var wide = SIMD16<Double>.zero
    for lane in 0..<16 { wide[lane] = Double(self[lane]) }
    return wide
  }
}

extension SIMD8<Float>: Register {
  @inline(__always)
  func leaking(_ leak: Self, where sign: Self) -> Self {
    (self * leak).replacing(with: self, where: sign .> 0)
  }

  @inline(__always)
  var wide: SIMD8<Double> {
    var wide = SIMD8<Double>.zero
    for lane in 0..<8 { wide[lane] = Double(self[lane]) }
    return wide
  }
}

extension SIMD4<Float>: Register {
  @inline(__always)
  func leaking(_ leak: Self, where sign: Self) -> Self {
    (self * leak).replacing(with: self, where: sign .> 0)
  }

  @inline(__always)
  var wide: SIMD4<Double> {
    var wide = SIMD4<Double>.zero
    for lane in 0..<4 { wide[lane] = Double(self[lane]) }
    return wide
  }
}

extension Float: Register {
  @inline(__always)
  static var count: Int { 1 }

  @inline(__always)
  init(repeating value: Float) { self = value }

  @inline(__always)
  func adding(_ left: Float, times right: Float) -> Float {
    hasFusedProduct ? addingProduct(left, right) : self + left * right
  }

  @inline(__always)
  func leaking(_ leak: Float, where sign: Float) -> Float { sign > 0 ? self : self * leak }

  @inline(__always)
  var wide: Double { Double(self) }
}

extension SIMD16<Double>: WideRegister {}

extension SIMD8<Double>: WideRegister {}

extension SIMD4<Double>: WideRegister {}

extension Double: WideRegister {
  @inline(__always)
  init(repeating value: Double) { self = value }
}
