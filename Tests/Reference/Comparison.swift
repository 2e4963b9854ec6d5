/// How far values are from their reference.
public struct Comparison: Equatable, Sendable, CustomStringConvertible {
  /// The largest `|a − b| / max(|a|, |b|, floor)` over all components.
  public var worstRelativeError = 0.0
  /// The component where the relative error is worst; nil if there is none.
  public var worstIndex: Int?
  /// The value there.
  public var value = 0.0
  /// The reference there.
  public var reference = 0.0
  /// The largest difference divided by `max(1, largest |reference|)`.
  public var scaledError = 0.0
  /// The norm of the difference divided by the norm of the reference.
  public var relativeL2 = 0.0

  /// One line with all errors.
  public var description: String {
    "worst relative error \(worstRelativeError) at \(worstIndex.map(String.init) ?? "none")"
      + " (\(value) for \(reference)), scaled \(scaledError), L2 \(relativeL2)"
  }
}

/// Compares values with a reference, component by component.
///
/// Values of another count, or not finite where the reference is, are infinitely far away.
///
/// - Parameters:
///   - values: what is to be judged.
///   - reference: what it should be.
///   - floor: differences are judged against at least this magnitude.
public func compare(
  _ values: [Double], with reference: [Double], floor: Double = 1e-8
) -> Comparison {
  var result = Comparison()
  var squaredDifference = 0.0
  var squaredReference = 0.0
  var largest = values.count == reference.count ? 0.0 : Double.infinity
  for (index, (value, expected)) in zip(values, reference).enumerated() {
    let difference = (value - expected).isNaN ? Double.infinity : abs(value - expected)
    let relative = difference / max(abs(value), abs(expected), floor)
    if relative > result.worstRelativeError || relative.isNaN {
      result.worstRelativeError = relative.isNaN ? .infinity : relative
      result.worstIndex = index
      result.value = value
      result.reference = expected
    }
    largest = max(largest, difference)
    squaredDifference += difference * difference
    squaredReference += expected * expected
  }
  let magnitude = reference.reduce(1) { max($0, abs($1)) }
  result.scaledError = largest / magnitude
  result.relativeL2 =
    squaredDifference == 0 ? 0 : (squaredDifference / squaredReference).squareRoot()
  if largest == .infinity { result.worstRelativeError = .infinity }
  return result
}

/// Compares rows × channels with a reference of the same shape.
public func compare(
  _ rows: [[Double]], with reference: [[Double]], floor: Double = 1e-8
) -> Comparison {
  guard rows.map(\.count) == reference.map(\.count) else {
    return compare([Double.infinity], with: [])
  }
  return compare(Array(rows.joined()), with: Array(reference.joined()), floor: floor)
}

/// The Euclidean norm.
public func norm(_ values: [Double]) -> Double {
  values.reduce(0) { $0 + $1 * $1 }.squareRoot()
}
