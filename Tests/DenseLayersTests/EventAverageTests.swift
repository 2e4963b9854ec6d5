import Autodiff
import Layers
import Reference
import Tensors
import TestSites
import Testing

@testable import DenseLayers

/// Proves the mean of each event's pixels against plain loops.
@Suite("The mean of each event's pixels")
struct EventAverageTests {
  /// Which pixels count.
  enum Counting: CaseIterable {
    case all
    case some
    /// None of the event in the middle.
    case noneOfOne
  }

  private static let pixels = 12

  private func counts(_ counting: Counting, events: Int) -> [Bool]? {
    switch counting {
    case .all: nil
    case .some: (0..<events * Self.pixels).map { $0 % 3 != 1 }
    case .noneOfOne: (0..<events * Self.pixels).map { $0 / Self.pixels != 1 && $0 % 5 != 0 }
    }
  }

  @Test("values and gradients", arguments: Counting.allCases, [0, 1, 3])
  func definition(_ counting: Counting, _ events: Int) throws {
    var random = SplitMix(seed: 4)
    let values = random.rows(events * Self.pixels, channels: 5)
    let mixture = random.rows(events, channels: 5)
    let counts = counts(counting, events: events)
    let tape = Tape(.training)
    let features = tape.variable(tensor(values, channels: 5), needsGradient: true)
    let images = try DenseImages(
      features, batchSize: events, spatialSize: [1, 3, 4],
      mask: counts.map { ImageMask(isActive: $0) })
    let means = try EventAverage()(images)
    #expect(means.spatialSize == [1, 1, 1] && means.batchSize == events && means.mask == nil)
    tape.backward(from: means.features, gradient: tensor(mixture, channels: 5))
    let gradient = features.gradient.map { rows($0) } ?? []
    for event in 0..<events {
      let own = event * Self.pixels..<(event + 1) * Self.pixels
      let counting = own.filter { counts?[$0] ?? true }
      for channel in 0..<5 {
        let sum = counting.reduce(0) { $0 + Double(Float(values[$1][channel])) }
        let mean = counting.isEmpty ? 0 : sum / Double(counting.count)
        #expect(abs(Double(means.features.value[event, channel]) - mean) < 1e-6)
        for row in own {
          let share =
            counting.contains(row) ? mixture[event][channel] / Double(counting.count) : 0
          #expect(abs(gradient[row][channel] - share) < 1e-7)
        }
      }
    }
  }

  @Test("images of several planes are refused")
  func planes() throws {
    let images = try DenseImages(
      Tape(.inference).variable(Tensor(rows: 8, channels: 1)), batchSize: 1, spatialSize: [2, 2, 2])
    #expect(throws: LayerError.self) { try EventAverage()(images) }
  }
}
