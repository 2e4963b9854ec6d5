import Autodiff
import Kernels
import Sites
import Tensors

extension Variable {
  /// Copies of chosen rows, where each row is chosen at most once.
  ///
  /// - Parameters:
  ///   - rows: makes the row each row of the result copies, or -1 for zeros.
  ///   - targets: makes the row of the result each row of this variable went to, or -1.
  func copiedRows(
    count: Int, from rows: @escaping () -> [Int32], to targets: @escaping () -> [Int32]
  ) -> Variable {
    tape.record(rows: count, channels: channels) { compute in
      (
        rows().withUnsafeBufferPointer { compute.gatherRows(self.value, $0) },
        { gradient in
          self.accumulate { compute in
            targets().withUnsafeBufferPointer { compute.gatherRows(gradient, $0) }
          }
        }
      )
    }
  }

  /// Copies of chosen rows, where rows may be chosen often or never; -1 gives zeros.
  ///
  /// - Parameter groups: makes, for each row of this variable, the rows of the result that copy it.
  func copiedRows(
    _ rows: [Int32], groups: @escaping () -> RowGroups
  ) -> Variable {
    tape.record(rows: rows.count, channels: channels) { compute in
      (
        rows.withUnsafeBufferPointer { compute.gatherRows(self.value, $0) },
        { gradient in
          self.accumulate { compute in compute.groupSums(gradient, groups()) }
        }
      )
    }
  }
}

extension Compute {
  /// The sum, or the mean, of each group's rows.
  func groupSums(_ input: Tensor, _ groups: RowGroups, dividing: Bool = false) -> Tensor {
    groups.starts.withUnsafeBufferPointer { starts in
      groups.members.withUnsafeBufferPointer { members in
        groupSums(input, starts: starts, members: members, dividing: dividing)
      }
    }
  }
}
