import KernelOperands

/// Normalises, adds and activates.
public func normalize(_ operands: NormalizedRows) {
  Normalizing(operands: operands).sweep(rows: operands.rows, channels: operands.map.channels)
}

/// Adds up, for each channel, what the backward pass of a normalisation needs of all rows.
public func addSlopes(_ sums: SlopeSums) {
  SlopeSum(operands: sums).sweep(rows: sums.rows, channels: sums.map.channels)
}

/// Makes the gradient of what was normalised.
public func normalizeBackward(_ operands: NormalizedGradient) {
  NormalizingBackward(operands: operands)
    .sweep(rows: operands.rows, channels: operands.map.channels)
}

/// The constants of one register of channels.
private struct Constants<V: Register> {
  let mean: V
  let factor: V
  let shift: V
  let leak: V

  @inline(__always)
  init(_ map: AffineMap, channel: Int) {
    mean = V(at: map.mean + channel)
    factor = V(at: map.factor + channel)
    shift = V(at: map.shift + channel)
    leak = V(repeating: map.leak)
  }

  /// What goes into the activation, from the distance to the mean: forward and backward alike, so
  /// that both see the same sign.
  @inline(__always)
  func value(_ distance: V) -> V { shift.adding(distance, times: factor) }
}

private struct Normalizing: ChannelSweep {
  let operands: NormalizedRows

  @inline(__always)
  func sweep<V: Register>(_ register: V.Type, channel: Int, rows: Range<Int>) {
    let constants = Constants<V>(operands.map, channel: channel)
    let (input, output) = (operands.input + channel, operands.output + channel)
    let pitch = operands.map.channels
    if let addend = operands.addend {
      let addend = addend + channel
      for row in rows {
        let offset = row &* pitch
        let value = constants.value(V(at: input + offset) - constants.mean) + V(at: addend + offset)
        value.leaking(constants.leak, where: value).store(to: output + offset)
      }
    } else {
      for row in rows {
        let offset = row &* pitch
        let value = constants.value(V(at: input + offset) - constants.mean)
        value.leaking(constants.leak, where: value).store(to: output + offset)
      }
    }
  }
}

private struct SlopeSum: ChannelSweep {
  let operands: SlopeSums

  @inline(__always)
  func sweep<V: Register>(_ register: V.Type, channel: Int, rows: Range<Int>) {
    let constants = Constants<V>(operands.map, channel: channel)
    if let output = operands.output, let slopes = operands.slopes {
      add(constants, channel, rows) { gradient, _, offset in
        let slope = gradient.leaking(constants.leak, where: V(at: output + offset))
        slope.store(to: slopes + offset)
        return slope
      }
    } else if operands.map.leak == 1 {
      add(constants, channel, rows) { gradient, _, _ in gradient }
    } else {
      add(constants, channel, rows) { gradient, distance, _ in
        gradient.leaking(constants.leak, where: constants.value(distance))
      }
    }
  }

  @inline(__always)
  private func add<V: Register>(
    _ constants: Constants<V>, _ channel: Int, _ rows: Range<Int>, _ slope: (V, V, Int) -> V
  ) {
    let (input, gradient) = (operands.input, operands.gradient)
    let pitch = operands.map.channels
    var sums = RowSums<V>(repeating: V(repeating: 0))
    var projections = RowSums<V>(repeating: V(repeating: 0))
    forEachRow(rows) { row, place in
      let offset = row &* pitch &+ channel
      let distance = V(at: input + offset) - constants.mean
      let slope = slope(V(at: gradient + offset), distance, offset)
      sums[place] = sums[place] + slope
      projections[place] = projections[place].adding(slope, times: distance)
    }
    total(sums).wide.add(to: operands.sums + channel)
    total(projections).wide.add(to: operands.sums + (pitch + channel))
  }
}

private struct NormalizingBackward: ChannelSweep {
  let operands: NormalizedGradient

  @inline(__always)
  func sweep<V: Register>(_ register: V.Type, channel: Int, rows: Range<Int>) {
    let constants = Constants<V>(operands.map, channel: channel)
    if operands.isGated {
      write(constants, channel, rows) { gradient, distance in
        gradient.leaking(constants.leak, where: constants.value(distance))
      }
    } else {
      write(constants, channel, rows) { gradient, _ in gradient }
    }
  }

  @inline(__always)
  private func write<V: Register>(
    _ constants: Constants<V>, _ channel: Int, _ rows: Range<Int>, _ slope: (V, V) -> V
  ) {
    let (input, gradient) = (operands.input + channel, operands.gradient + channel)
    let (output, pitch) = (operands.output + channel, operands.map.channels)
    // Subtracted by adding what is less than nothing: one instruction with a product.
    let loss = V(repeating: 0) - V(at: operands.shares + channel)
    let tilt = V(repeating: 0) - V(at: operands.shares + (pitch + channel))
    for row in rows {
      let offset = row &* pitch
      let distance = V(at: input + offset) - constants.mean
      let slope = slope(V(at: gradient + offset), distance)
      loss.adding(distance, times: tilt).adding(slope, times: constants.factor)
        .store(to: output + offset)
    }
  }
}
