import Reference
import Sites

extension FilterGeometry {
  /// The production filter of the oracle's.
  init(_ filter: FilterCells) {
    let shape: Shape =
      switch filter.kind {
      case .box: .box
      case .cross: .cross
      case .chosen(let positions): .cells(positions)
      }
    self.init(size: filter.size, stride: filter.stride, dilation: filter.dilation, shape: shape)
  }
}

extension RulebookForm {
  /// The production form of the oracle's.
  init(_ form: ConvolutionForm) {
    self =
      switch form {
      case .submanifold: .submanifold
      case .strided: .strided
      case .full: .full
      }
  }
}

/// A filter of any shape in one of the three forms, on an image that it divides.
struct GeometryCase: CustomStringConvertible, Sendable {
  let filter: FilterCells
  let form: ConvolutionForm

  var description: String { "\(form.rawValue) \(filter)" }
  var spatialSize: [Int] { FilterVariety.spatialSize(for: filter) }
  var outputSize: [Int] { Reference.outputSize(of: spatialSize, filter, form: form) }
  var geometry: FilterGeometry { FilterGeometry(filter) }

  static let all: [GeometryCase] = (1...4).flatMap { dimension in
    FilterVariety.filters(dimension: dimension).flatMap { filter in
      ConvolutionForm.allCases.map { form in
        GeometryCase(
          filter: form == .submanifold ? FilterVariety.unstrided(filter) : filter, form: form)
      }
    }
  }

  /// None, one, few and many sites; an empty event in the middle and at the end, or at the
  /// beginning.
  static let populations: [(count: Int, events: [Int])] = [0, 1, 6, 90].flatMap { count in
    [(count, [0, 2]), (count, [1, 3])]
  }

  /// Sites of the input image.
  func sites(_ count: Int, events: [Int]) -> [[Int]] {
    var random = SplitMix(seed: UInt64(count + spatialSize.count))
    return randomSites(count, events: events, spatialSize: spatialSize, random: &random)
  }

  /// Some of the sites that inputs reach, and some that none does.
  func targets(of sites: [[Int]], events: [Int]) -> [[Int]] {
    let reached = Reference.outputSites(of: sites, filter, form: form, spatialSize: spatialSize)
    var random = SplitMix(seed: 77)
    let others = randomSites(
      sites.count / 2 + 1, events: events, spatialSize: outputSize, random: &random)
    return sortedSites(Set(reached.indices.filter { $0 % 3 != 1 }.map { reached[$0] } + others))
  }

  /// The production rulebook onto its own sites.
  func rulebook(_ set: SiteSet) throws -> Rulebook {
    switch form {
    case .submanifold: try Rulebook.submanifold(set, geometry)
    case .strided: try Rulebook.strided(set, geometry)
    case .full: try Rulebook.full(set, geometry)
    }
  }
}
