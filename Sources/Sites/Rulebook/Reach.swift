/// Which output each input reaches under each offset of a filter, whatever the form.
struct Reach {
  /// What inputs reach under one offset.
  struct Outputs {
    /// The inputs that reach a place in the output image; ascending where the inputs are.
    var rows: [Int32] = []
    /// The keys of those places, ascending as well.
    var keys: [UInt64] = []
  }

  /// The filter's offsets as the form counts them.
  let offsets: [[Int]]

  private let form: RulebookForm
  private let stride: [Int]
  private let inputPacking: SitePacking
  private let outputPacking: SitePacking

  init(
    _ form: RulebookForm, _ geometry: FilterGeometry, from inputPacking: SitePacking,
    to outputPacking: SitePacking
  ) {
    self.form = form
    offsets = form == .submanifold ? geometry.centredOffsets : geometry.offsets
    stride = geometry.stride
    self.inputPacking = inputPacking
    self.outputPacking = outputPacking
  }

  /// Where inputs of these keys get to under `offset`.
  ///
  /// Sites of one line of the image share all coordinates but the last, so the leading ones are
  /// worked out once a line.
  func outputs(of keys: [UInt64], offset: [Int]) -> Outputs {
    var outputs = Outputs()
    // Of a stride's inputs one position in each step reaches an output under one offset.
    let share = form == .strided ? stride.reduce(1.0) { $0 * Double($1) } : 1
    let expected = Int(Double(keys.count) / share)
    outputs.rows.reserveCapacity(expected)
    outputs.keys.reserveCapacity(expected)
    let last = offset.count - 1
    let lineShift = UInt64(inputPacking.lineShift)
    var line = UInt64.max
    var lineKey: UInt64?
    for (row, key) in keys.enumerated() {
      if key >> lineShift != line {
        line = key >> lineShift
        lineKey = self.lineKey(of: key, offset: offset)
      }
      guard let lineKey else { continue }
      let coordinate = inputPacking.coordinate(of: key, axis: last)
      guard let place = output(of: coordinate, axis: last, offset: offset[last]) else { continue }
      outputs.rows.append(Int32(row))
      outputs.keys.append(lineKey | UInt64(place))
    }
    return outputs
  }

  /// The keys of all places that are reached under any of some offsets, ascending and distinct.
  ///
  /// Each offset's own are ascending and distinct already, so they are merged, not sorted.
  ///
  /// - Throws: `SiteError` for more than row numbers can count, as soon as there are.
  static func union(_ reached: ArraySlice<Outputs>) throws(SiteError) -> [UInt64] {
    guard reached.count > 1 else { return reached.first?.keys ?? [] }
    let middle = (reached.startIndex + reached.endIndex) / 2
    let union = merge(try union(reached[..<middle]), try union(reached[middle...]))
    try SiteSet.checkRowCount(union.count)
    return union
  }

  private func lineKey(of key: UInt64, offset: [Int]) -> UInt64? {
    var lineKey = UInt64(inputPacking.event(of: key)) << UInt64(outputPacking.batchShift)
    for axis in offset.indices.dropLast() {
      let coordinate = inputPacking.coordinate(of: key, axis: axis)
      guard let place = output(of: coordinate, axis: axis, offset: offset[axis]) else {
        return nil
      }
      lineKey |= UInt64(place) << UInt64(outputPacking.shifts[axis])
    }
    return lineKey
  }

  @inline(__always)
  private func output(of coordinate: Int, axis: Int, offset: Int) -> Int? {
    let output: Int
    switch form {
    case .submanifold: output = coordinate - offset
    case .full: output = coordinate * stride[axis] + offset
    case .strided:
      let distance = coordinate - offset
      let (quotient, remainder) = distance.quotientAndRemainder(dividingBy: stride[axis])
      guard remainder == 0, distance >= 0 else { return nil }
      output = quotient
    }
    return 0 <= output && output < outputPacking.spatialSize[axis] ? output : nil
  }

  /// The union of two ascending lists.
  static func merge(_ first: [UInt64], _ second: [UInt64]) -> [UInt64] {
    [UInt64](unsafeUninitializedCapacity: first.count + second.count) { buffer, count in
      var (left, right) = (0, 0)
      while left < first.count, right < second.count {
        let (a, b) = (first[left], second[right])
        buffer[count] = min(a, b)
        count += 1
        left += a <= b ? 1 : 0
        right += b <= a ? 1 : 0
      }
      for key in first[left...] {
        buffer[count] = key
        count += 1
      }
      for key in second[right...] {
        buffer[count] = key
        count += 1
      }
    }
  }
}
