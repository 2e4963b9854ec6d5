import Autodiff
import Kernels

/// Adds features of several branches on the same sites, as SparseConvNet's `AddTable`.
///
/// Cost: one addition a value. Example: `try AddTable()([branch, skip])`.
public struct AddTable {
  /// A table without settings.
  public init() {}

  /// The sum of all inputs.
  ///
  /// - Throws: `LayerError` when there is no input, or when sites or channels differ.
  public func callAsFunction(_ inputs: [SparseTensor]) throws(LayerError) -> SparseTensor {
    let first = try checkSum(inputs)
    return inputs.dropFirst().reduce(first) { sum, input in
      sum.with(sum.features.adding(input.features))
    }
  }
}

/// Joins the channels of several branches on the same sites, as SparseConvNet's `JoinTable`.
///
/// Cost: one copy a value. Example: `try JoinTable()([branch, skip])`.
public struct JoinTable {
  /// A table without settings.
  public init() {}

  /// All channels of the first input, then of the second, and so on.
  ///
  /// - Throws: `LayerError` when there is no input, or when sites differ.
  public func callAsFunction(_ inputs: [SparseTensor]) throws(LayerError) -> SparseTensor {
    let first = try checked(inputs, layer: "JoinTable")
    return inputs.dropFirst().reduce(first) { joined, input in
      joined.with(joined.features.joining(input.features))
    }
  }
}

extension Variable {
  /// The sum with other features of the same shape.
  package func adding(_ other: Variable) -> Variable {
    tape.record(rows: rows, channels: channels) { compute in
      (
        compute.add(self.value, other.value),
        { gradient in
          self.accumulate { _ in gradient }
          other.accumulate { _ in gradient }
        }
      )
    }
  }

  /// The channels of these features, then those of others of the same rows.
  package func joining(_ other: Variable) -> Variable {
    let (own, all) = (channels, channels + other.channels)
    return tape.record(rows: rows, channels: all) { compute in
      (
        compute.join(self.value, other.value),
        { gradient in
          self.accumulate { $0.slice(gradient, channels: 0..<own) }
          other.accumulate { $0.slice(gradient, channels: own..<all) }
        }
      )
    }
  }
}

/// Gradients of an operator go to the tape that records it: another one would never hear of them.
///
/// Without training there are none to lose, and planning gives every input a tape of its own.
func checkOneTape(_ inputs: [SparseTensor], layer: String) throws(LayerError) {
  let purpose = inputs.first?.tape.purpose
  let areAlike = inputs.allSatisfy { $0.tape.purpose == purpose }
  guard areAlike, purpose != .training || inputs.allSatisfy({ $0.tape === inputs.first?.tape })
  else {
    throw LayerError.differentTapes(layer: layer)
  }
}

/// The first of several inputs that can be added: on the same sites, and of the same channels.
@discardableResult
func checkSum(_ inputs: [SparseTensor]) throws(LayerError) -> SparseTensor {
  let first = try checked(inputs, layer: "AddTable")
  guard inputs.allSatisfy({ $0.channels == first.channels }) else {
    throw LayerError.unequalChannels(layer: "AddTable", channels: inputs.map(\.channels))
  }
  return first
}

/// The first of several inputs, all of which must be on the same sites.
private func checked(
  _ inputs: [SparseTensor], layer: String
) throws(LayerError) -> SparseTensor {
  guard let first = inputs.first else { throw LayerError.noInputs(layer: layer) }
  try checkOneTape(inputs, layer: layer)
  for input in inputs where !input.sites.hasSameSites(as: first.sites) {
    throw LayerError.differentSites(
      layer: layer, first: first.sites.shape, other: input.sites.shape)
  }
  return first
}
