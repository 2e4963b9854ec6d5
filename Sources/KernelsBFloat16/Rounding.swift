import CProcessor
import KernelOperands

/// Rounds rows to bfloat16, neighbours of a row in one float; an odd channel is followed by zero.
public func round(_ rounding: RowRounding) {
  guard rounding.channels & 1 == 1 else {
    // Without a channel that has no neighbour, rows are one long row.
    return roundRow(
      rounding.values, rounding.channels &* rounding.count, into: rounding.words)
  }
  let words = (rounding.channels &+ 1) / 2
  for row in 0..<rounding.count {
    roundRow(
      rounding.values + row &* rounding.channels, rounding.channels,
      into: rounding.words + row &* words)
  }
}

@inline(__always)
private func roundRow(
  _ source: UnsafePointer<Float>, _ count: Int, into target: UnsafeMutablePointer<Float>
) {
  var channel = 0
  while channel &+ 32 <= count {
    let (first, second): (Lane, Lane) = (load(source + channel), load(source + 16 + channel))
    store(bfloat16_round32(first, second), to: target + channel / 2)
    channel &+= 32
  }
  while channel < count {
    var rest = HalfLane.zero
    for lane in 0..<min(8, count &- channel) { rest[lane] = source[channel &+ lane] }
    let rounded = bfloat16_round8(rest)
    for lane in 0..<(min(8, count &- channel) &+ 1) / 2 {
      target[channel / 2 &+ lane] = rounded[lane]
    }
    channel &+= 8
  }
}

@inline(__always)
func load<Vector: SIMD>(_ values: UnsafePointer<Float>) -> Vector where Vector.Scalar == Float {
  UnsafeRawPointer(values).loadUnaligned(as: Vector.self)
}

@inline(__always)
func store<Vector: SIMD>(_ vector: Vector, to values: UnsafeMutablePointer<Float>)
where Vector.Scalar == Float {
  UnsafeMutableRawPointer(values).storeBytes(of: vector, as: Vector.self)
}
