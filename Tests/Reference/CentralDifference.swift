/// The gradient of a function by central differences: `(f(x + h) − f(x − h)) / 2h`.
///
/// With double precision and values of order one, a step near 1e-5 leaves an error near 1e-10.
/// Costs two evaluations per component.
///
/// - Parameters:
///   - function: the function to differentiate.
///   - point: where.
///   - step: the absolute step `h`.
/// - Returns: one derivative per component of `point`.
public func centralDifference(
  of function: ([Double]) throws -> Double, at point: [Double], step: Double = 1e-5
) rethrows -> [Double] {
  try centralDifference(of: function, at: point, components: point.indices, step: step)
}

/// Chosen components of the gradient of a function by central differences.
///
/// - Parameters:
///   - function: the function to differentiate.
///   - point: where.
///   - components: which components of `point` to vary.
///   - step: the absolute step.
/// - Returns: one derivative per chosen component, in the order they were chosen.
public func centralDifference(
  of function: ([Double]) throws -> Double, at point: [Double],
  components: some Sequence<Int>, step: Double = 1e-5
) rethrows -> [Double] {
  var moved = point
  return try components.map { component in
    defer { moved[component] = point[component] }
    moved[component] = point[component] + step
    let above = try function(moved)
    moved[component] = point[component] - step
    let below = try function(moved)
    return (above - below) / (2 * step)
  }
}

/// Whether a function bends or breaks between `x − h` and `x + h`: the one-sided slopes differ.
///
/// Near the kink of a rectifier or a tie in a maximum, central differences are no reference; a
/// gradient check leaves such components out.
///
/// - Parameters:
///   - function: the function.
///   - point: where.
///   - component: which component of `point` to vary.
///   - step: the absolute step.
///   - tolerance: the relative difference of slopes that still counts as smooth.
public func hasKink(
  _ function: ([Double]) throws -> Double, at point: [Double], component: Int,
  step: Double = 1e-5, tolerance: Double = 1e-3
) rethrows -> Bool {
  var moved = point
  let here = try function(point)
  moved[component] = point[component] + step
  let right = (try function(moved) - here) / step
  moved[component] = point[component] - step
  let left = (here - (try function(moved))) / step
  return abs(right - left) > tolerance * max(1, abs(right), abs(left))
}
