import Foundation

/// The learning rate of each step of a run: a pure function of the step's number.
///
/// Pieces follow each other; after the last, its last value stays.
public struct LearningRateSchedule: Equatable, Sendable {
  /// How a piece goes from its first value to its last.
  public enum Course: Equatable, Sendable {
    /// In equal steps, of which the last would be the last value.
    case line
    /// Along half a cosine (Loshchilov and Hutter, arXiv:1608.03983).
    case cosine
    /// By a factor of `exp(-rate)` of what is left, each step; it does not reach the last value.
    case decay(rate: Double)
  }

  /// Some steps on one course.
  public struct Piece: Equatable, Sendable {
    /// Number of steps.
    public var steps: Int
    /// The first step's learning rate.
    public var first: Double
    /// Where it goes.
    public var last: Double
    /// How it goes there.
    public var course: Course

    /// Some steps on one course; less than none is none.
    public init(steps: Int, from first: Double, to last: Double, _ course: Course) {
      self.steps = max(steps, 0)
      self.first = first
      self.last = last
      self.course = course
    }

    /// The learning rate so many steps after the first, also beyond the piece's end.
    func rate(after steps: Int) -> Double {
      let share = self.steps == 0 ? 1 : min(1, Double(steps) / Double(self.steps))
      return switch course {
      case .line: first + share * (last - first)
      case .cosine: last + (first - last) * (1 + cos(.pi * share)) / 2
      case .decay(let rate): last + (first - last) * exp(-rate * Double(steps))
      }
    }
  }

  /// The pieces, those without a step left out.
  public let pieces: [Piece]

  /// A schedule of given pieces.
  ///
  /// - Parameter otherwise: the rate where no piece has a step.
  public init(_ pieces: [Piece], otherwise: Double) {
    let known = pieces.filter { $0.steps > 0 }
    self.pieces =
      known.isEmpty ? [Piece(steps: 1, from: otherwise, to: otherwise, .line)] : known
  }

  /// The learning rate of a step, the first being zero.
  public func rate(step: Int) -> Double {
    var step = step
    for piece in pieces.dropLast() {
      if step < piece.steps { return piece.rate(after: step) }
      step -= piece.steps
    }
    let last = pieces[pieces.count - 1]
    // A decay goes on until its end, and is then as far as it came.
    return last.rate(after: min(step, last.steps))
  }
}

/// The schedules that users choose by name.
public enum ScheduleKind: String, CaseIterable, Sendable {
  /// One rate for all steps.
  case flat
  /// Warm-up, the peak, and a decay to the floor over the last epochs.
  case standard
  /// To the peak and back along two lines, then a decay (Smith, arXiv:1708.07120).
  case oneCycle = "one-cycle"
  /// Warm-up, then half a cosine to the end.
  case cosine
  /// Up from the floor, the peak until epoch 21, then a decay to the floor: the original of 2020.
  case warmUp = "warm-up"
}

/// What shapes a schedule.
public struct ScheduleConfiguration: Equatable, Sendable {
  /// Which it is.
  public var kind = ScheduleKind.flat
  /// The rate at both ends of a cycle, and at the end of a cosine; nothing for a peak's 25th and for
  /// zero.
  public var minimum: Double?
  /// Where decays go: no higher than the peak.
  public var floor = 1e-4
  /// Epochs of the decay at the end.
  public var decayEpochs = 5.0
  /// Steps of the warm-up; nothing for an epoch, and for none of a cosine.
  public var warmUpSteps: Int?

  /// A constant rate.
  public init() {}

  /// The schedule of a run.
  ///
  /// - Parameters:
  ///   - peak: the largest learning rate.
  ///   - steps: steps of the run.
  ///   - epoch: steps in which each event is seen once, one or more.
  public func schedule(peak: Double, steps: Int, epoch: Int) -> LearningRateSchedule {
    let floor = min(floor, peak)
    let decaySteps = min(steps, Int((decayEpochs * Double(epoch)).rounded()))
    let decay = LearningRateSchedule.Course.decay(rate: 0.01)
    let warmUp = min(warmUpSteps ?? (kind == .cosine ? 0 : epoch), steps)
    let pieces: [LearningRateSchedule.Piece]
    switch kind {
    case .flat:
      pieces = []
    case .standard:
      let falling = min(decaySteps, steps - warmUp)
      pieces = [
        .init(steps: warmUp, from: Self.first, to: peak, .line),
        .init(steps: steps - warmUp - falling, from: peak, to: peak, .line),
        .init(steps: falling, from: peak, to: floor, decay),
      ]
    case .oneCycle:
      let lowest = minimum ?? peak / 25
      let rising = (steps - decaySteps) / 2
      pieces = [
        .init(steps: rising, from: lowest, to: peak, .line),
        .init(steps: steps - decaySteps - rising, from: peak, to: lowest, .line),
        .init(steps: decaySteps, from: lowest, to: min(floor, lowest), decay),
      ]
    case .cosine:
      pieces = [
        .init(steps: warmUp, from: Self.first, to: peak, .line),
        .init(steps: steps - warmUp, from: peak, to: minimum ?? 0, .cosine),
      ]
    case .warmUp:
      let flat = 21 * epoch - warmUp
      pieces = [
        .init(steps: warmUp, from: floor, to: peak, .line),
        .init(steps: flat, from: peak, to: peak, .line),
        .init(
          steps: steps - warmUp - max(flat, 0), from: peak, to: floor,
          .decay(rate: 0.999 / Double(epoch))),
      ]
    }
    return LearningRateSchedule(pieces, otherwise: peak)
  }

  /// What warm-ups begin with, as the original's.
  private static let first = 1e-6
}
