import Autodiff
import Foundation
import Layers
import Networks
import Sites
import Tensors
import Training

/// What a network says of a batch: all that is needed to write its output, or to write it again.
struct ScoredBatch: Equatable {
  /// The digest of the sites of stored pixels.
  let digest: UInt64
  /// The probability of each class at each of these sites, row by row; the three add to one.
  let scores: [Float]
  /// `[event][plane]`, over all pixels that the network computes.
  let confusions: [[Confusion]]

  /// The class of the largest score of a row; the lowest of equal ones.
  func label(ofRow row: Int) -> Int {
    let first = row * Self.classes
    var best = 0
    for index in 1..<Self.classes where scores[first + index] > scores[first + best] {
      best = index
    }
    return best
  }

  /// Scores of a row.
  static let classes = SiteAssembly.PixelClass.allCases.count
}

/// Applies a network to batches: no tape is recorded, and normalisations are part of the convolutions.
final class PixelScorer {
  private let network: any Layer<SparseTensor>
  private let compute: Compute

  /// A scorer by a network as it is now.
  init(_ network: any Layer<SparseTensor>, _ compute: Compute) {
    self.network = (network as? UResNet<SparseConvolutions>)?.folded() ?? network
    self.compute = compute
  }

  /// What the network says of a batch of a file's events that was planned.
  func score(_ batch: InferenceBatch, of file: String) throws -> ScoredBatch {
    guard let sites = batch.sites else { preconditionFailure("what is scored was planned") }
    return try score(
      sites, stored: batch.stored.sites,
      name: "events from entry \(batch.firstEvent) of \(file) on")
  }

  /// What the network says.
  ///
  /// - Parameters:
  ///   - batch: what it is given: the stored pixels, or all pixels of the images.
  ///   - stored: the sites of stored pixels.
  ///   - name: what messages call the batch.
  ///   - trace: where the network's layers note what they do, and what it took.
  /// - Throws: `TaggerError` for scores that are no numbers; what the network throws.
  func score(_ batch: LabelledSites, stored: SiteSet, name: String, trace: Trace? = nil) throws
    -> ScoredBatch
  {
    compute.arena.reset()
    let tape = Tape(.inference, compute: compute)
    tape.trace = trace
    let logits = try network(batch.input(on: tape)).features.value
    guard logits.channels == ScoredBatch.classes else {
      throw TaggerError(
        .badData,
        "the network has \(logits.channels) classes, but pixels are background, cosmic or neutrino: "
          + "give another --checkpoint")
    }
    let isAll = batch.plan.sites.count != stored.count
    let rows = isAll ? try stored.positions().map(Int.init) : Array(0..<stored.count)
    guard let scores = Self.probabilities(logits, rows: rows) else {
      throw TaggerError(
        .badData, "the network's scores of \(name) are not numbers: give another --checkpoint")
    }
    return ScoredBatch(
      digest: stored.digest, scores: scores,
      confusions: try confusions(predictions(logits), batch))
  }

  /// The softmax of some rows; nothing if any value is no number.
  private static func probabilities(_ logits: Tensor, rows: [Int]) -> [Float]? {
    let classes = logits.channels
    var scores = [Float](repeating: 0, count: rows.count * classes)
    var sum: Float = 0
    for (index, row) in rows.enumerated() {
      let values = UnsafeBufferPointer(start: logits.values + row * classes, count: classes)
      let largest = values.max() ?? 0
      var total: Float = 0
      for channel in 0..<classes {
        let power = exp(values[channel] - largest)
        scores[index * classes + channel] = power
        total += power
      }
      for channel in 0..<classes { scores[index * classes + channel] /= total }
      sum += total
    }
    return sum.isFinite ? scores : nil
  }
}
