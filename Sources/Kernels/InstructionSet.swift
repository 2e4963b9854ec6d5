import CProcessor
import Foundation
import KernelOperands
import KernelsAVX2
import KernelsAVX512
import KernelsBaseline

/// The inner loops of one set of processor instructions.
///
/// `current` is chosen once, when the first kernel runs: the widest set the processor has, or the one
/// that the environment variable `SUBMANIFOLD_INSTRUCTION_SET` names. Sums are made in the same order
/// by all; with AVX2 and AVX-512 the bits are the same, on x86 without either they are not, since
/// products are rounded before they are added. Products of bfloat16 belong to `avx512`, on processors
/// with AVX512_BF16.
public struct InstructionSet: Sendable {
  /// `portable`, `avx2` or `avx512`.
  public let name: String

  /// `output[t] += input[s] · weight` for each pair (s, t).
  let accumulateRows: @Sendable (RowProducts) -> Void

  /// `sums += Σ left[s]ᵀ · right[t]`.
  let accumulateOuterProducts: @Sendable (OuterProducts) -> Void

  /// The transpose of a matrix, `(source, rows, columns, pitch, target, target's pitch)`.
  let transpose:
    @Sendable (UnsafePointer<Float>, Int, Int, Int, UnsafeMutablePointer<Float>, Int) -> Void

  /// Adds up each channel of some rows.
  let addValues: @Sendable (ColumnSums) -> Void

  /// Adds up each channel of some rows, and its squares.
  let addMoments: @Sendable (ColumnSums) -> Void

  /// Normalises some rows, adds to them and activates them.
  let normalize: @Sendable (NormalizedRows) -> Void

  /// Adds up what the backward pass of a normalisation needs of all rows.
  let addSlopes: @Sendable (SlopeSums) -> Void

  /// The gradient of what was normalised.
  let normalizeBackward: @Sendable (NormalizedGradient) -> Void

  /// Adds values, one by one.
  let add: @Sendable (ValueSums) -> Void

  /// Lets positive values pass, and part of the others.
  let gate: @Sendable (GatedValues) -> Void

  /// Copies channels between rows of different lengths.
  let copy: @Sendable (CopiedChannels) -> Void

  /// Multiply-adds in registers.
  let multiplyAddInRegisters: @Sendable (Int) -> (operations: Int, witness: Float)

  /// Products of bfloat16, where the processor has instructions for them.
  var bfloat16: BFloat16Loops?

  /// Whether convolutions can be computed in bfloat16.
  public var multipliesBFloat16: Bool { bfloat16 != nil }

  /// One sentence that says why `multipliesBFloat16` is false, and the remedy.
  public static var lackingBFloat16: String {
    let needed = "bfloat16 needs AVX-512 with AVX512_BF16"
    return processor_multiplies_bfloat16()
      ? "\(needed), but \(forcing)=\(current.name) computes without: unset it, or use float32"
      : "\(needed), which this processor has not: use float32"
  }

  /// Sets of this processor, narrow ones first.
  public static let available: [InstructionSet] =
    [.portable] + (processor_has_x86_64_v3() ? [.avx2] : [])
    + (processor_has_x86_64_v4() ? [.avx512] : [])

  /// The environment variable that forces a set, and what it asks for, if anything.
  public static let forcing = "SUBMANIFOLD_INSTRUCTION_SET"

  /// The set that the environment asks for; nothing where it asks for none.
  public static let forcedName = ProcessInfo.processInfo.environment[forcing].flatMap {
    $0.isEmpty ? nil : $0
  }

  /// The set all kernels use.
  ///
  /// A name in the environment that this processor has no set for is disregarded here; programs refuse
  /// it with `forcedInVain`.
  public static let current: InstructionSet =
    available.first { $0.name == forcedName } ?? available.last ?? .portable

  /// What is wrong with the set that the environment asks for, in one sentence; nothing if it is used.
  public static var forcedInVain: String? {
    guard let name = forcedName, current.name != name else { return nil }
    let names = available.map(\.name).joined(separator: ", ")
    return "\(forcing)=\(name) is no instruction set of this processor: use one of \(names), "
      + "or unset it"
  }

  private static let portable = InstructionSet(
    name: "portable",
    accumulateRows: { KernelsBaseline.accumulate($0) },
    accumulateOuterProducts: { KernelsBaseline.accumulate($0) },
    transpose: {
      KernelsBaseline.transpose($0, rows: $1, columns: $2, pitch: $3, into: $4, targetPitch: $5)
    },
    addValues: { KernelsBaseline.addValues($0) },
    addMoments: { KernelsBaseline.addMoments($0) },
    normalize: { KernelsBaseline.normalize($0) },
    addSlopes: { KernelsBaseline.addSlopes($0) },
    normalizeBackward: { KernelsBaseline.normalizeBackward($0) },
    add: { KernelsBaseline.add($0) },
    gate: { KernelsBaseline.gate($0) },
    copy: { KernelsBaseline.copy($0) },
    multiplyAddInRegisters: { KernelsBaseline.multiplyAddInRegisters(rounds: $0) })

  private static let avx2 = InstructionSet(
    name: "avx2",
    accumulateRows: { KernelsAVX2.accumulate($0) },
    accumulateOuterProducts: { KernelsAVX2.accumulate($0) },
    transpose: {
      KernelsAVX2.transpose($0, rows: $1, columns: $2, pitch: $3, into: $4, targetPitch: $5)
    },
    addValues: { KernelsAVX2.addValues($0) },
    addMoments: { KernelsAVX2.addMoments($0) },
    normalize: { KernelsAVX2.normalize($0) },
    addSlopes: { KernelsAVX2.addSlopes($0) },
    normalizeBackward: { KernelsAVX2.normalizeBackward($0) },
    add: { KernelsAVX2.add($0) },
    gate: { KernelsAVX2.gate($0) },
    copy: { KernelsAVX2.copy($0) },
    multiplyAddInRegisters: { KernelsAVX2.multiplyAddInRegisters(rounds: $0) })

  private static let avx512 = InstructionSet(
    name: "avx512",
    accumulateRows: { KernelsAVX512.accumulate($0) },
    accumulateOuterProducts: { KernelsAVX512.accumulate($0) },
    transpose: {
      KernelsAVX512.transpose($0, rows: $1, columns: $2, pitch: $3, into: $4, targetPitch: $5)
    },
    addValues: { KernelsAVX512.addValues($0) },
    addMoments: { KernelsAVX512.addMoments($0) },
    normalize: { KernelsAVX512.normalize($0) },
    addSlopes: { KernelsAVX512.addSlopes($0) },
    normalizeBackward: { KernelsAVX512.normalizeBackward($0) },
    add: { KernelsAVX512.add($0) },
    gate: { KernelsAVX512.gate($0) },
    copy: { KernelsAVX512.copy($0) },
    multiplyAddInRegisters: { KernelsAVX512.multiplyAddInRegisters(rounds: $0) },
    bfloat16: .ofProcessor)
}
