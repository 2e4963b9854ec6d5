/// Multiply-adds that wait for no memory, for measuring the most the processor can do.
///
/// - Returns: the floating-point operations that were made, two for a multiply-add, and a number that
///   keeps them from being left out.
public func multiplyAddInRegisters(rounds: Int) -> (operations: Int, witness: Float) {
  var sums = InlineArray<12, Lane>(repeating: .zero)
  let factor = Lane(repeating: 0.999)
  for _ in 0..<rounds {
    for sum in 0..<12 { sums[sum].add(0.001, times: factor) }
  }
  var total = Lane.zero
  for sum in 0..<12 { total += sums[sum] }
  return (rounds * 12 * 2 * Lane.scalarCount, total.sum())
}
