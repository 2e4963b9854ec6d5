/// A figure over the steps of a run, as points from left to right.
package struct Curve: Equatable, Sendable {
  /// How the legend calls it.
  package let name: String
  /// Steps, or whatever the axis counts; ascending.
  package let xs: [Double]
  /// The figure; not a number where it is not known.
  package let ys: [Double]

  /// A curve of as many places as figures; what is too many of one is left out.
  package init(_ name: String, xs: [Double], ys: [Double]) {
    let count = min(xs.count, ys.count)
    self.name = name
    self.xs = Array(xs.prefix(count))
    self.ys = Array(ys.prefix(count))
  }

  /// Whether any figure is known.
  package var isEmpty: Bool { !ys.contains(where: \.isFinite) }

  /// The curve without what is not known.
  package var known: Curve {
    let indices = ys.indices.filter { ys[$0].isFinite }
    return Curve(name, xs: indices.map { xs[$0] }, ys: indices.map { ys[$0] })
  }

  /// A curve of fewer points: of each piece of the range the smallest and the largest figure, in their
  /// order, so that it looks the same.
  ///
  /// - Parameter pieces: as many as the picture has pixels, for instance.
  package func thinned(to pieces: Int) -> Curve {
    guard xs.count > 2 * pieces, let first = xs.first, let last = xs.last, last > first else {
      return self
    }
    var kept: [Int] = []
    var piece: (number: Int, lowest: Int, highest: Int)?
    func keep(_ piece: (number: Int, lowest: Int, highest: Int)?) {
      guard let piece else { return }
      kept += Set([piece.lowest, piece.highest]).sorted()
    }
    for index in ys.indices where ys[index].isFinite {
      let number = Int((xs[index] - first) / (last - first) * Double(pieces))
      guard let same = piece, same.number == number else {
        keep(piece)
        piece = (number, index, index)
        continue
      }
      if ys[index] < ys[same.lowest] { piece?.lowest = index }
      if ys[index] > ys[same.highest] { piece?.highest = index }
    }
    keep(piece)
    return Curve(name, xs: kept.map { xs[$0] }, ys: kept.map { ys[$0] })
  }

  /// Means over a window of points around each; what is not known is left out of them.
  ///
  /// A centred window does not lag behind, as a decaying mean does.
  package func smoothed(over window: Int) -> Curve {
    let half = window / 2
    guard half > 0 else { return self }
    var sums = [0.0]
    var counts = [0]
    for y in ys {
      sums.append(sums[sums.count - 1] + (y.isFinite ? y : 0))
      counts.append(counts[counts.count - 1] + (y.isFinite ? 1 : 0))
    }
    let means = ys.indices.map { index in
      let (low, high) = (max(index - half, 0), min(index + half + 1, ys.count))
      let count = counts[high] - counts[low]
      return count == 0 ? .nan : (sums[high] - sums[low]) / Double(count)
    }
    return Curve(name, xs: xs, ys: means)
  }

  /// The window that calms a curve of so many points without hiding how it goes.
  package static func window(for count: Int) -> Int {
    count < 30 ? 1 : min(max(count / 25, 5), 501)
  }
}
