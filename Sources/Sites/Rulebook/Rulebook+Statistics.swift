extension Rulebook {
  /// What a rulebook holds, in numbers.
  public struct Statistics: Equatable, Sendable, CustomStringConvertible {
    /// Number of pairs of each offset, in weight order.
    public let pairsPerOffset: [Int]
    /// How many output sites have so many pairs: entry `n` counts those with `n`.
    public let outputsByPairs: [Int]
    /// Memory of the two columns and their block starts.
    public let bytes: Int

    /// Number of pairs.
    public var pairs: Int { pairsPerOffset.reduce(0, +) }

    /// Number of output sites.
    public var outputs: Int { outputsByPairs.reduce(0, +) }

    /// The share of the filter that meets sites, on average: pairs / (volume × outputs); zero
    /// without outputs.
    public var coverage: Double {
      outputs == 0 ? 0 : Double(pairs) / (Double(pairsPerOffset.count) * Double(outputs))
    }

    /// One line: pairs, outputs, coverage and memory.
    public var description: String {
      let percent = (coverage * 1000).rounded() / 10
      let megabytes = (Double(bytes) / 1e5).rounded() / 10
      return "\(pairs) pairs of \(pairsPerOffset.count) offsets on \(outputs) output sites, "
        + "coverage \(percent) %, \(megabytes) MB"
    }
  }

  /// Pairs counted by offset and by output site.
  ///
  /// Cost: one pass over the pairs.
  public var statistics: Statistics {
    var pairsOf = [Int](repeating: 0, count: outputSites.count)
    for row in outputRows { pairsOf[Int(row)] += 1 }
    var outputsByPairs = [Int](repeating: 0, count: geometry.volume + 1)
    for count in pairsOf { outputsByPairs[count] += 1 }
    return Statistics(
      pairsPerOffset: zip(offsetStarts, offsetStarts.dropFirst()).map { $1 - $0 },
      outputsByPairs: outputsByPairs,
      bytes: 2 * inputRows.count * MemoryLayout<Int32>.size
        + (offsetStarts.count + inputBlocks.starts.count + outputBlocks.starts.count)
        * MemoryLayout<Int>.size)
  }

  /// A 64-bit fingerprint of form, geometry, numbers of sites and all pairs.
  ///
  /// It is equal wherever and however often, and by whatever index, the same rulebook is made.
  /// Cost: one pass over the pairs.
  public var checksum: UInt64 {
    var digest = Digest()
    switch form {
    case .submanifold: digest.mix(1)
    case .strided: digest.mix(2)
    case .full: digest.mix(3)
    }
    digest.mix(geometry.size.count)
    for number in geometry.size + geometry.stride + geometry.dilation { digest.mix(number) }
    for number in geometry.offsets.joined() { digest.mix(number) }
    for number in [inputSites.count, outputSites.count] + offsetStarts { digest.mix(number) }
    for (input, output) in zip(inputRows, outputRows) {
      digest.mix(Int(input) << 32 | Int(output))
    }
    return digest.value
  }
}
