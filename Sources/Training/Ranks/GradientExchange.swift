import Autodiff
import Distributed
import Tensors

/// Sums gradients over ranks, in buckets of parameters, while the backward pass goes on.
///
/// Buckets are filled from the last parameters on, whose gradients are complete first, and are summed in
/// that order on all ranks. When a gradient is complete is learned in the first pass, which sums after it:
/// a pass asks for a parameter's gradient as often as those before (S. Li and others, "PyTorch
/// Distributed", arXiv:2006.15704, does the like). Gradients that are asked for less often are summed at
/// the end; more often, they must not be.
final class GradientExchange {
  private let parameters: [Parameter]
  private let gradients: [Tensor]
  private var buckets: [Bucket] = []
  /// How often a backward pass asks for each gradient, at most; unknown before the first.
  private var usesPerPass: [Int]?
  private var usesBefore: [Int] = []
  /// How often each was asked for in this pass when its sum began.
  private var usesSummed: [Int] = []
  private var begun = 0

  /// Some parameters, whose gradients are summed together.
  private struct Bucket {
    let parameters: Range<Int>
    let sum: PendingSum
  }

  /// Values of a bucket: enough for the time of a message to be that of its bytes, few enough for most to
  /// be on their way before the pass ends.
  static let standardBucketSize = 1 << 20

  /// Sums of the gradients of a network's trained parameters, in the order of its forward pass.
  init(_ trained: [Parameter], _ shared: SharedTraining, bucketSize: Int = standardBucketSize) {
    parameters = trained.reversed()
    gradients = parameters.map(\.gradient)
    var start = 0
    while start < gradients.count {
      var (end, count) = (start, 0)
      while end < gradients.count, count == 0 || count + gradients[end].count <= bucketSize {
        count += gradients[end].count
        end += 1
      }
      buckets.append(
        Bucket(
          parameters: start..<end,
          sum: PendingSum(
            count: count, over: shared.communicator, precision: shared.gradientPrecision)))
      start = end
    }
  }

  /// A backward pass begins, after which gradients will be complete.
  func begin() {
    usesBefore = parameters.map(\.gradientUses)
    usesSummed = [Int](repeating: 0, count: parameters.count)
    begun = 0
  }

  /// Begins the sums of gradients that are complete, and looks after those under way.
  func advance() {
    while begun < buckets.count, isComplete(buckets[begun]) { beginNext() }
    for bucket in buckets[..<begun] where !bucket.sum.advance() { break }
  }

  /// Waits for all sums, and puts them in the gradients' places.
  func finish() {
    while begun < buckets.count { beginNext() }
    precondition(
      parameters.indices.allSatisfy { uses($0) == usesSummed[$0] },
      "no step adds to a gradient more often than those before it")
    usesPerPass = zip(usesSummed, usesPerPass ?? usesSummed).map { max($0, $1) }
    for bucket in buckets {
      var sums = bucket.sum.finish()
      for gradient in gradients[bucket.parameters] {
        gradient.values.update(from: sums, count: gradient.count)
        sums += gradient.count
      }
    }
  }

  private func isComplete(_ bucket: Bucket) -> Bool {
    guard let usesPerPass else { return false }
    return bucket.parameters.allSatisfy { uses($0) == usesPerPass[$0] }
  }

  private func uses(_ parameter: Int) -> Int {
    parameters[parameter].gradientUses - usesBefore[parameter]
  }

  private func beginNext() {
    let bucket = buckets[begun]
    for parameter in bucket.parameters { usesSummed[parameter] = uses(parameter) }
    bucket.sum.begin { values in
      var target = values
      for gradient in gradients[bucket.parameters] {
        target.update(from: gradient.values, count: gradient.count)
        target += gradient.count
      }
    }
    begun += 1
  }
}
