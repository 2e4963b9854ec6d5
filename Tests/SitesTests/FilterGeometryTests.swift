import Reference
import Sites
import TestSites
import Testing

/// Proves what filters of every shape are made of, and that impossible ones are refused in words.
@Suite("Filter geometry")
struct FilterGeometryTests {
  @Test("offsets, extent and volume are the oracle's", arguments: 1...4)
  func offsets(dimension: Int) {
    for filter in FilterVariety.filters(dimension: dimension) {
      let geometry = FilterGeometry(filter)
      #expect(geometry.offsets == filter.offsets)
      #expect(geometry.centredOffsets == filter.centredOffsets)
      #expect(geometry.extent == filter.extent)
      #expect(geometry.volume == filter.offsets.count)
      let centred = filter.centredOffsets
      #expect(
        geometry.isSymmetric == (centred.reversed().map { $0.map { -$0 } } == centred))
    }
  }

  @Test("an even size leans to the low side")
  func evenSize() {
    #expect(FilterGeometry(size: [2]).centredOffsets == [[-1], [0]])
    #expect(FilterGeometry(size: [4], dilation: [3]).centredOffsets == [[-6], [-3], [0], [3]])
    #expect(
      FilterGeometry(size: [2, 2], shape: .cross).centredOffsets == [[-1, 0], [0, -1], [0, 0]])
  }

  @Test("a filter reads as SparseConvNet prints it, and says what else is not plain")
  func descriptions() {
    let cells = FilterGeometry.Shape.cells([[0, 0], [0, 1], [1, 0], [1, 1], [2, 2]])
    for (geometry, text) in [
      (FilterGeometry(size: [3, 3]), "3×3"),
      (FilterGeometry(size: [2, 2], stride: [2, 2]), "2×2/2×2"),
      (FilterGeometry(size: [3, 3], dilation: [2, 2]), "3×3 dilation 2×2"),
      (FilterGeometry(size: [3, 3], shape: .cross), "3×3 cross"),
      (FilterGeometry(size: [3, 3], shape: cells), "3×3 5 cells"),
    ] { #expect(geometry.description == text) }
  }

  /// Filters that cannot be, with a word of what is said about each.
  private static let impossible: [(FilterGeometry, String)] = [
    (FilterGeometry(size: []), "not possible"),
    (FilterGeometry(size: [0, 3]), "size [0, 3]"),
    (FilterGeometry(size: [3, -1]), "size [3, -1]"),
    (FilterGeometry(size: [3, 3], stride: [1]), "stride [1]"),
    (FilterGeometry(size: [3, 3], stride: [1, 0]), "stride [1, 0]"),
    (FilterGeometry(size: [3, 3], dilation: [0, 1]), "dilation [0, 1]"),
    (FilterGeometry(size: [3, 3], dilation: [1, 1, 1]), "dilation [1, 1, 1]"),
    (FilterGeometry(size: [65, 1]), "may span 64"),
    (FilterGeometry(size: [3, 3], dilation: [32, 1]), "may span 64"),
    (FilterGeometry(size: [.max, .max]), "may span 64"),
    (FilterGeometry(size: [3, 3], dilation: [.max, .max]), "may span 64"),
    (FilterGeometry(size: [.min, .min]), "not possible"),
    (FilterGeometry(size: [64, 64, 64]), "too many cells"),
    (FilterGeometry(size: [Int](repeating: 64, count: 40)), "too many cells"),
    (FilterGeometry(size: [3, 3], shape: .cells([])), "cells"),
    (FilterGeometry(size: [3, 3], shape: .cells([[0, 3]])), "distinct positions"),
    (FilterGeometry(size: [3, 3], shape: .cells([[-1, 0]])), "distinct positions"),
    (FilterGeometry(size: [3, 3], shape: .cells([[0, 0], [1]])), "distinct positions"),
    (FilterGeometry(size: [3, 3], shape: .cells([[0, 0], [0, 0]])), "distinct positions"),
    (FilterGeometry(size: [3, 3, 3]), "does not fit"),
  ]

  @Test("impossible filters have no offsets, and are refused in one sentence by every form")
  func refusals() throws {
    let set = try siteSet([[0, 1, 1]], batchSize: 1, spatialSize: [80, 80])
    for (geometry, text) in Self.impossible {
      let sentence = geometry.description
      if geometry.size.count != 3 || geometry.size[0] == 64 {
        #expect(geometry.volume == 0, "\(sentence)")
        #expect(geometry.offsets.isEmpty)
        #expect(geometry.centredOffsets.isEmpty)
      }
      #expect(geometry.extent.count <= geometry.size.count)
      for form in RulebookForm.allCases {
        let error = #expect(throws: SiteError.self) {
          try Rulebook.onto(set, from: set, geometry, form: form)
        }
        #expect(error?.description.contains(text) == true, "\(error?.description ?? sentence)")
        #expect(throws: SiteError.self) { try form.outputSize(of: [80, 80], geometry) }
      }
      #expect(throws: SiteError.self) { try Plan(set).submanifold(set, geometry) }
      #expect(throws: SiteError.self) { try Plan(set).strided(set, geometry) }
      #expect(throws: SiteError.self) { try Plan(set).full(set, geometry) }
      #expect(throws: SiteError.self) { try Plan(set).inverse(of: set, geometry) }
    }
  }

  @Test("the longest filter reaches over the guard band and no further")
  func longest() throws {
    let sites = [0, 1, 32, 63, 64, 79].map { [0, $0] }
    let set = try siteSet(sites, batchSize: 1, spatialSize: [80])
    for filter in [FilterCells([64]), FilterCells([2], dilation: [63])] {
      let rulebook = try Rulebook.submanifold(set, FilterGeometry(filter))
      #expect(
        pairs(rulebook) == generalRulebook(input: sites, output: sites, filter, form: .submanifold))
    }
  }

  @Test("a size that a filter does not divide is refused with the nearest sizes that it does")
  func nearestSizes() throws {
    for (size, filter, words) in [
      (7, FilterGeometry(size: [2], stride: [2]), "use size 6 or 8 there"),
      (9, FilterGeometry(size: [3], stride: [4], dilation: [2]), nil),
      (10, FilterGeometry(size: [3], stride: [4], dilation: [2]), "use size 9 or 13 there"),
      (4, FilterGeometry(size: [3], stride: [4], dilation: [2]), "use size 5 there"),
      (5, FilterGeometry(size: [2], stride: [.max]), "use size 2 there"),
    ] as [(Int, FilterGeometry, String?)] {
      guard let words else {
        #expect(try RulebookForm.strided.outputSize(of: [size], filter) == [2])
        continue
      }
      let error = #expect(throws: SiteError.self) {
        try RulebookForm.strided.outputSize(of: [size], filter)
      }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
      #expect(error?.description.contains("[\(size)] on axis 0") == true)
    }
  }

  @Test("what does not fit a form is refused: strides, grown images, other targets")
  func forms() throws {
    let set = try siteSet([[0, 1, 1]], batchSize: 1, spatialSize: [8, 8])
    #expect(throws: SiteError.submanifoldStride(FilterGeometry(size: [3, 3], stride: [2, 2]))) {
      try Rulebook.submanifold(set, FilterGeometry(size: [3, 3], stride: [2, 2]))
    }
    for stride in [Int.max, Int.max / 4, 1 << 50, 1 << 30] {
      #expect(throws: SiteError.self) {
        try Rulebook.full(set, FilterGeometry(size: [2, 2], stride: [stride, stride]))
      }
    }
    // As large as keys can be: one axis of 2⁴⁰ places.
    let long = try siteSet([[0, 0], [0, 1]], batchSize: 1, spatialSize: [2])
    let grown = try Rulebook.full(long, FilterGeometry(size: [1], stride: [(1 << 40) - 1]))
    #expect(grown.outputSites.spatialSize == [1 << 40])
    let back = try Rulebook.strided(
      grown.outputSites, FilterGeometry(size: [1], stride: [(1 << 40) - 1]))
    #expect(coordinates(back.outputSites) == coordinates(long))
    let halving = FilterGeometry(size: [2, 2], stride: [2, 2])
    for (batch, size) in [(1, [8, 8]), (2, [4, 4]), (1, [4, 5])] {
      let targets = try siteSet([], batchSize: batch, spatialSize: size)
      let error = #expect(throws: SiteError.self) {
        try Rulebook.onto(targets, from: set, halving, form: .strided)
      }
      #expect(error?.description.contains("[4, 4]") == true)
    }
  }
}
