import KernelOperands

/// Adds values, one by one.
public func add(_ operands: ValueSums) {
  Adding(operands: operands).sweep(count: operands.count)
}

/// Lets positive values pass, and part of the others.
public func gate(_ operands: GatedValues) {
  Gating(operands: operands).sweep(count: operands.count)
}

/// Copies channels between rows of different lengths.
public func copy(_ operands: CopiedChannels) {
  Copying(operands: operands).sweep(rows: operands.rows, channels: operands.channels)
}

private struct Adding: ValueSweep {
  let operands: ValueSums

  @inline(__always)
  func sweep<V: Register>(_ register: V.Type, at index: Int) {
    (V(at: operands.left + index) + V(at: operands.right + index)).store(to: operands.sum + index)
  }
}

private struct Gating: ValueSweep {
  let operands: GatedValues

  @inline(__always)
  func sweep<V: Register>(_ register: V.Type, at index: Int) {
    V(at: operands.input + index)
      .leaking(V(repeating: operands.leak), where: V(at: operands.sign + index))
      .store(to: operands.output + index)
  }
}

private struct Copying: ChannelSweep {
  let operands: CopiedChannels

  @inline(__always)
  func sweep<V: Register>(_ register: V.Type, channel: Int, rows: Range<Int>) {
    let (source, target) = (operands.source + channel, operands.target + channel)
    let (sourcePitch, targetPitch) = (operands.sourcePitch, operands.targetPitch)
    for row in rows {
      V(at: source + row &* sourcePitch).store(to: target + row &* targetPitch)
    }
  }
}
