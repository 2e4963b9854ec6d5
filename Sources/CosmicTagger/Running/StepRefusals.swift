import Training

/// Steps that cannot be taken, one after the other.
struct StepRefusals {
  private var inARow = 0

  /// Steps left out in a row after which a run is lost.
  private static let most = 20

  /// Whether the last step could not be taken: what the network is then, is worth no checkpoint.
  var isRefusing: Bool { inARow > 0 }

  /// A step was taken.
  mutating func end() { inARow = 0 }

  /// A step could not be taken.
  mutating func note() { inARow += 1 }

  /// A step is left out.
  ///
  /// - Parameter what: which, and why.
  /// - Throws: `TaggerError` where too many were.
  mutating func leaveOut(_ what: String) throws(TaggerError) {
    inARow += 1
    guard inARow < Self.most else {
      throw TaggerError(
        agreed: .badData,
        "\(what), and so were the \(inARow - 1) steps before: the run is lost, start again from an "
          + "earlier checkpoint")
    }
  }
}

extension TrainingError {
  /// Whether numbers ran away, which other events or rates may not do.
  var isNotFinite: Bool {
    switch self {
    case .lossNotFinite, .gradientNotFinite: true
    default: false
    }
  }
}
