#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The leaky rectifier: `x` above zero, `leak · x` below.
public func leakyReLU(_ features: [[Double]], leak: Double) -> [[Double]] {
  features.map { row in row.map { $0 > 0 ? $0 : leak * $0 } }
}

/// The logistic function of every value.
public func sigmoid(_ features: [[Double]]) -> [[Double]] {
  features.map { row in row.map { 1 / (1 + exp(-$0)) } }
}

/// The hyperbolic tangent of every value.
public func hyperbolicTangent(_ features: [[Double]]) -> [[Double]] {
  features.map { row in row.map { tanh($0) } }
}

/// The sum of two feature tables over the same sites.
public func add(_ first: [[Double]], _ second: [[Double]]) -> [[Double]] {
  zip(first, second).map { zip($0, $1).map { $0 + $1 } }
}

/// The channels of `first` followed by those of `second`, over the same sites.
public func join(_ first: [[Double]], _ second: [[Double]]) -> [[Double]] {
  zip(first, second).map { $0 + $1 }
}
