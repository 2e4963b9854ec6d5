import CProcessor
import KernelOperands

#if canImport(KernelsBFloat16)
  import KernelsBFloat16
#endif

/// The inner loops on numbers rounded to bfloat16, two of which lie in the room of one float.
struct BFloat16Loops: Sendable {
  /// Rounds rows, neighbours into one float.
  let round: @Sendable (RowRounding) -> Void

  /// Puts rows together two by two, each channel of both into one float.
  let interleave: @Sendable (RowInterleaving) -> Void

  /// `output[t] += input[s] · weight` for each pair (s, t); two rows of the weight are interleaved.
  let accumulateRows: @Sendable (RowProducts) -> Void

  /// `sums += Σ left[s]ᵀ · right[t]`, rows of either side interleaved.
  let accumulateOuterProducts: @Sendable (OuterProducts) -> Void

  /// Multiply-adds in registers.
  let multiplyAddInRegisters: @Sendable (Int) -> (operations: Int, witness: Float)

  /// Those of this processor, if it has the instructions.
  static let ofProcessor: BFloat16Loops? = {
    #if canImport(KernelsBFloat16)
      guard processor_multiplies_bfloat16() else { return nil }
      return BFloat16Loops(
        round: { KernelsBFloat16.round($0) },
        interleave: { KernelsBFloat16.interleave($0) },
        accumulateRows: { KernelsBFloat16.accumulate($0) },
        accumulateOuterProducts: { KernelsBFloat16.accumulate($0) },
        multiplyAddInRegisters: { rounds in
          let (lanes, witness) = KernelsBFloat16.multiplyAddInRegisters(rounds: rounds)
          return (2 * lanes, witness)
        })
    #else
      return nil
    #endif
  }()
}
