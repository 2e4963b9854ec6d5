import CProcessor
import KernelOperands

/// Puts rows of bfloat16 together two by two: a float for each channel holds that of both rows.
public func interleave(_ rows: RowInterleaving) {
  let (width, words, pitch) = (rows.width, rows.words, rows.pitch)
  var row = 0
  while row < rows.count {
    let first = words + rows.number(row) &* pitch
    let second = row &+ 1 < rows.count ? words + rows.number(row &+ 1) &* pitch : rows.zeros
    interleave(first, second, into: rows.result + row &* width, width)
    row &+= 2
  }
}

@inline(__always)
private func interleave(
  _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>,
  into target: UnsafeMutablePointer<Float>, _ width: Int
) {
  var word = 0
  while word &+ 16 <= width {
    let (left, right): (Lane, Lane) = (load(first + word), load(second + word))
    store(bfloat16_interleave_low16(left, right), to: target + 2 &* word)
    store(bfloat16_interleave_high16(left, right), to: target + 2 &* word + 16)
    word &+= 16
  }
  while word &+ 4 <= width {
    let (left, right): (SIMD4<Float>, SIMD4<Float>) = (load(first + word), load(second + word))
    store(bfloat16_interleave_low4(left, right), to: target + 2 &* word)
    store(bfloat16_interleave_high4(left, right), to: target + 2 &* word + 4)
    word &+= 4
  }
  while word < width {
    let (left, right) = (first[word].bitPattern, second[word].bitPattern)
    target[2 &* word] = Float(bitPattern: left & 0xFFFF | right &<< 16)
    target[2 &* word &+ 1] = Float(bitPattern: left &>> 16 | right & 0xFFFF_0000)
    word &+= 1
  }
}

extension RowInterleaving {
  /// The number of a row among those that are read.
  @inline(__always)
  fileprivate func number(_ row: Int) -> Int {
    guard let rows else { return row }
    return Int(rows[row])
  }
}
