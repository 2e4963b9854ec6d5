import CosmicTagger
import LArCV

/// What `SiteAssembly` should make of events, by one dictionary a plane and nothing clever.
///
/// larcv3's rule: the float32 sum of what is stored, in stored order, over the number of pixels of
/// the coarse one; labels by their maximum.
struct NaiveAssembly {
  let planes: Int
  let size: [Int]
  let factor: Int
  let isWireFirst: Bool
  var swapsLabels = false

  private struct Place: Hashable {
    let row: Int
    let column: Int
  }

  func listing(_ events: [DetectorEvent]) -> [String] {
    var lines: [String] = []
    for (number, event) in events.enumerated() {
      for plane in 0..<planes {
        var sums: [Place: Float] = [:]
        for image in event.images where image.meta.projection == plane {
          for (place, value) in voxels(image) { sums[place, default: 0] += value }
        }
        var largest: [Place: Float] = [:]
        for image in event.labels where image.meta.projection == plane {
          for (place, value) in voxels(image) { largest[place] = max(largest[place] ?? 0, value) }
        }
        let places = sums.keys.sorted { ($0.row, $0.column) < ($1.row, $1.column) }
        for place in places {
          let charge = (sums[place] ?? 0) / Float(factor * factor)
          let label = classNumber(largest[place] ?? 0)
          lines.append("\(number) \(plane) \(place.row) \(place.column): \(charge) \(label)")
        }
      }
    }
    return lines
  }

  private func voxels(_ image: SparseImage) -> [(Place, Float)] {
    zip(image.ids, image.values).map { id, value in
      let first = Int(id) / size[1] / factor
      let second = Int(id) % size[1] / factor
      let place =
        isWireFirst ? Place(row: second, column: first) : Place(row: first, column: second)
      return (place, value)
    }
  }

  private func classNumber(_ value: Float) -> Int {
    switch (value, swapsLabels) {
    case (1, true): 2
    case (2, true): 1
    default: Int(value)
    }
  }
}
