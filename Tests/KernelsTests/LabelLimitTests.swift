import Kernels
import Tensors
import Testing

/// Proves that kernels which index by a label stop at one that is no class, instead of reading and
/// writing beyond the row.
@Suite("Labels of cross-entropy kernels")
struct LabelLimitTests {
  @Test("a label beyond the classes is never an index")
  func beyond() async {
    await #expect(processExitsWith: .failure) {
      _ = Compute().crossEntropy(Tensor(rows: 2, channels: 3), labels: [2, 3])
    }
    await #expect(processExitsWith: .failure) {
      _ = Compute().crossEntropyGradient(
        probabilities: Tensor(rows: 2, channels: 3), labels: [2, 3], weights: [1, 1])
    }
  }
}
