import Networks
import Testing

/// Proves that a configuration that makes no network is refused by the property's own name.
@Suite("Refused configurations")
struct ConfigurationErrorTests {
  typealias Change = @Sendable (inout Networks.UResNetConfiguration) -> Void

  static let changes: [(Change, String)] = [
    ({ $0.initialFilters = 0 }, "initialFilters 0 is not possible: use 1 to 4096"),
    ({ $0.depth = 13 }, "depth 13 is not possible: use 1 to 12"),
    ({ $0.blocksPerLayer = -1 }, "blocksPerLayer -1 is not possible: use 0 to 64"),
    ({ $0.blocksDeepest = 65 }, "blocksDeepest 65 is not possible: use 0 to 64"),
    ({ $0.blocksFinal = 65 }, "blocksFinal 65 is not possible: use 0 to 64"),
    ({ $0.filterSizeDeepest = 0 }, "filterSizeDeepest 0 is not possible: use 1 to 15"),
    ({ $0.initialFilterSize = 0 }, "initialFilterSize 0 is not possible: use 1 to 15"),
    ({ $0.bottleneckDeepest = 0 }, "bottleneckDeepest 0 is not possible: use 1 to 65536"),
    ({ $0.planes = 300 }, "planes 300 is not possible: use 1 to 256"),
    ({ $0.classes = 0 }, "classes 0 is not possible: use 1 to 256"),
    ({ $0.inputChannels = 0 }, "inputChannels 0 is not possible: use 1 to 65536"),
    (
      { $0.normalizationEpsilon = 0 },
      "normalizationEpsilon 0.0 is not possible: use a number above zero"
    ),
    ({ $0.normalizationMomentum = 2 }, "normalizationMomentum 2.0 is not possible: use 0 to 1"),
    ({ $0.leak = -1 }, "leak -1.0 is not possible: use a slope of zero or more"),
    ({ $0.leakAfterSum = -1 }, "leakAfterSum -1.0 is not possible: use a slope of zero or more"),
  ]

  @Test("the sentence names property, value and remedy", arguments: changes.indices)
  func sentence(number: Int) throws {
    let (change, sentence) = Self.changes[number]
    var configuration = Networks.UResNetConfiguration()
    change(&configuration)
    let error = #expect(throws: NetworkError.self) { try configuration.validate() }
    #expect(error?.description == sentence)
  }
}
