import Autodiff
import Kernels
import Tensors

extension Variable {
  /// These rows at places among zeros.
  func scattered(to rows: [Int32], rowCount: Int) -> Variable {
    tape.record(rows: rowCount, channels: channels) { compute in
      (
        rows.withUnsafeBufferPointer {
          compute.scatterRows(self.value, to: $0, rowCount: rowCount)
        },
        { gradient in
          self.accumulate { compute in
            rows.withUnsafeBufferPointer { compute.gatherRows(gradient, $0) }
          }
        }
      )
    }
  }

  /// Some of the rows, each once.
  func gathered(from rows: [Int32]) -> Variable {
    tape.record(rows: rows.count, channels: channels) { compute in
      (
        rows.withUnsafeBufferPointer { compute.gatherRows(self.value, $0) },
        { gradient in
          self.accumulate { compute in
            rows.withUnsafeBufferPointer {
              compute.scatterRows(gradient, to: $0, rowCount: self.rows)
            }
          }
        }
      )
    }
  }
}
