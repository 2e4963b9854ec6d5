/// Tells a loss that is far above those before it.
struct LossWatch: Equatable {
  private var mean = 0.0
  private var variance = 0.0
  private var count = 0

  /// About how many losses are remembered.
  private static let memory = 128
  /// Losses before which nothing is said.
  private static let first = 32
  /// Deviations from the mean that are sudden: early training wanders by three or four.
  static let limit = 8.0

  /// Nothing seen yet.
  init() {}

  /// Takes a loss, and says how many deviations it is above the mean if those are too many.
  mutating func take(_ loss: Double) -> Double? {
    let share = 1 / Double(min(count + 1, Self.memory))
    let difference = loss - mean
    let deviation = variance.squareRoot()
    let isSudden = count >= Self.first && difference > Self.limit * deviation
    count += 1
    mean += share * difference
    variance = (1 - share) * (variance + share * difference * difference)
    return isSudden ? difference / deviation : nil
  }

  /// As texts from which it goes on.
  var state: [String: String] {
    ["loss-mean": "\(mean)", "loss-variance": "\(variance)", "loss-count": "\(count)"]
  }

  /// Goes on from `state`; anew where that is not there.
  init(state: [String: String]) {
    guard let mean = state["loss-mean"].flatMap({ Double($0) }),
      let variance = state["loss-variance"].flatMap({ Double($0) }),
      let count = state["loss-count"].flatMap({ Int($0) })
    else { return }
    (self.mean, self.variance, self.count) = (mean, variance, count)
  }
}
