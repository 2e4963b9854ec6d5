import Foundation
import Tensors

extension Compute {
  /// Softmax probabilities of each row, computed after subtracting the row's maximum.
  ///
  /// - Parameter logits: `[rows, classes]`.
  public func softmax(_ logits: Tensor) -> Tensor {
    let classes = logits.channels
    let output = arena.tensor(rows: logits.rows, channels: classes)
    threads.forEachTile(of: logits.rows, tile: 2048) { rows in
      for row in rows {
        let source = logits.values + row &* classes
        let target = output.values + row &* classes
        var largest = -Float.infinity
        for index in 0..<classes { largest = max(largest, source[index]) }
        var sum: Float = 0
        for index in 0..<classes {
          target[index] = exp(source[index] - largest)
          sum += target[index]
        }
        for index in 0..<classes { target[index] /= sum }
      }
    }
    return output
  }

  /// Cross-entropy of each row, `-log softmax(logits)[label]`, without losing digits where the
  /// probability is near one or near zero.
  ///
  /// - Parameters:
  ///   - logits: `[rows, classes]`.
  ///   - labels: the true class of each row, below the number of classes.
  /// - Returns: `[rows, 1]`.
  public func crossEntropy(_ logits: Tensor, labels: UnsafePointer<UInt8>) -> Tensor {
    let classes = logits.channels
    let output = arena.tensor(rows: logits.rows, channels: 1)
    threads.forEachTile(of: logits.rows, tile: 2048) { rows in
      for row in rows {
        precondition(labels[row] < classes, "a label is one of the classes")
        let source = logits.values + row &* classes
        var largest = -Float.infinity
        for index in 0..<classes { largest = max(largest, source[index]) }
        var sum: Float = 0
        for index in 0..<classes { sum += exp(source[index] - largest) }
        output.values[row] = log(sum) + largest - source[Int(labels[row])]
      }
    }
    return output
  }

  /// The gradient of `Σ weight · crossEntropy` with respect to the logits, weights held constant.
  ///
  /// - Parameters:
  ///   - probabilities: `softmax(logits)`, `[rows, classes]`.
  ///   - labels: the true class of each row, below the number of classes.
  ///   - weights: one factor a row.
  public func crossEntropyGradient(
    probabilities: Tensor, labels: UnsafePointer<UInt8>, weights: UnsafePointer<Float>
  ) -> Tensor {
    let classes = probabilities.channels
    let gradient = arena.tensor(rows: probabilities.rows, channels: classes)
    threads.forEachTile(of: probabilities.rows, tile: 2048) { rows in
      for row in rows {
        precondition(labels[row] < classes, "a label is one of the classes")
        let source = probabilities.values + row &* classes
        let target = gradient.values + row &* classes
        for index in 0..<classes { target[index] = source[index] * weights[row] }
        target[Int(labels[row])] -= weights[row]
      }
    }
    return gradient
  }
}
