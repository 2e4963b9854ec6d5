/// The three equations that can join input and output sites.
public enum ConvolutionForm: String, CaseIterable, Sendable {
  /// `input = output + offset`, offsets from the centre, on the input's own image.
  case submanifold
  /// `input = stride · output + offset`, on a coarser image, without padding.
  case strided
  /// `output = stride · input + offset`, on an image that grows to hold every output.
  case full
}

/// The size of the output image.
public func outputSize(
  of spatialSize: [Int], _ filter: FilterCells, form: ConvolutionForm
) -> [Int] {
  let extent = filter.extent
  return spatialSize.indices.map { axis in
    switch form {
    case .submanifold: spatialSize[axis]
    case .strided: (spatialSize[axis] - extent[axis]) / filter.stride[axis] + 1
    case .full: (spatialSize[axis] - 1) * filter.stride[axis] + extent[axis]
    }
  }
}

/// The output sites that some input reaches, sorted: for a submanifold convolution the input's.
public func outputSites(
  of sites: [[Int]], _ filter: FilterCells, form: ConvolutionForm, spatialSize: [Int]
) -> [[Int]] {
  switch form {
  case .submanifold: return sites
  case .full:
    return sortedSites(
      Set(
        sites.flatMap { site in
          filter.offsets.map { offset in
            [site[0]] + offset.indices.map { filter.stride[$0] * site[$0 + 1] + offset[$0] }
          }
        }))
  case .strided:
    let size = outputSize(of: spatialSize, filter, form: form)
    let active = Set(sites)
    // Every place of the small output image is asked whether its window holds a site.
    let events = Set(sites.map { $0[0] })
    let places = filterOffsets(size)
    return sortedSites(
      events.flatMap { event in
        places.filter { place in
          filter.offsets.contains { offset in
            active.contains(
              [event] + place.indices.map { filter.stride[$0] * place[$0] + offset[$0] })
          }
        }.map { [event] + $0 }
      })
  }
}

/// The rulebook between any two lists of sites: for each cell its pairs, by output row.
public func generalRulebook(
  input: [[Int]], output: [[Int]], _ filter: FilterCells, form: ConvolutionForm
) -> [[RulePair]] {
  let inputRows = rowNumbers(of: input)
  let outputRows = rowNumbers(of: output)
  let offsets = form == .submanifold ? filter.centredOffsets : filter.offsets
  return offsets.map { offset in
    if form == .full {
      return input.indices.compactMap { row in
        let reached = offset.indices.map { filter.stride[$0] * input[row][$0 + 1] + offset[$0] }
        return outputRows[[input[row][0]] + reached].map { RulePair(input: row, output: $0) }
      }.sorted { $0.output < $1.output }
    }
    return output.indices.compactMap { row in
      let read = offset.indices.map { filter.stride[$0] * output[row][$0 + 1] + offset[$0] }
      return inputRows[[output[row][0]] + read].map { RulePair(input: $0, output: row) }
    }
  }
}

/// The same pairs read backwards: from output to input.
public func inverted(_ rulebook: [[RulePair]]) -> [[RulePair]] {
  rulebook.map { pairs in
    pairs.map { RulePair(input: $0.output, output: $0.input) }.sorted { $0.output < $1.output }
  }
}

/// How a window of active inputs becomes one value.
public enum Reduction: String, CaseIterable, Sendable {
  /// The largest.
  case maximum
  /// Their sum.
  case sum
  /// Their sum over the number of the filter's cells.
  case averageOverVolume
  /// Their sum over their number.
  case averageOverActive
}

/// Reduces the inputs of each output, channel by channel; an output without inputs is zero.
public func reduceWindows(
  _ features: [[Double]], rulebook: [[RulePair]], outputRows: Int, channels: Int,
  by reduction: Reduction
) -> [[Double]] {
  var windows = [[[Double]]](repeating: [], count: outputRows)
  for pair in rulebook.joined() { windows[pair.output].append(features[pair.input]) }
  return windows.map { window in
    (0..<channels).map { channel in
      let values = window.map { $0[channel] }
      let sum = values.reduce(0, +)
      switch reduction {
      case .maximum: return values.max() ?? 0
      case .sum: return sum
      case .averageOverVolume: return sum / Double(rulebook.count)
      case .averageOverActive: return values.isEmpty ? 0 : sum / Double(values.count)
      }
    }
  }
}
