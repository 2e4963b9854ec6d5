import Foundation
import Layers
import Testing

/// Proves that no layer is forgotten: every public type that is applied has a suite that compares it
/// with the oracle.
@Suite("Every layer has an oracle")
struct LayerCoverageTests {
  /// Types that the problems of the oracle suites make.
  private static let made: Set<String> = {
    let form = FormProblem.Operator.allCases.map {
      FormProblem($0, .init([2, 2]), count: 1, events: [0]).production()
    }
    let rowwise = RowwiseProblem.Operator.allCases.map {
      RowwiseProblem($0, count: 1, events: [0]).production()
    }
    let bias = PartedProblem(.bias, count: 1).production()
    return Set((form + rowwise + [bias]).map { "\(type(of: $0))" })
  }()

  /// Types that a suite applies otherwise.
  private static let applied: [String: Any.Type] = [
    "InputLayer": PointLayerTests.self, "OutputLayer": PointLayerTests.self,
    "FeaturesAtPoints": PointLayerTests.self, "SparseToDense": PointLayerTests.self,
    "DenseToSparse": PointLayerTests.self, "Pruning": PointLayerTests.self,
    "UnionAdd": PointLayerTests.self, "GlobalPooling": PointLayerTests.self,
    "Broadcast": PointLayerTests.self,
    // The endings of a ConcatTable.
    "AddTable": RowwiseLayerTests.self, "JoinTable": RowwiseLayerTests.self,
    "Dropout": DropoutTests.self, "BatchwiseDropout": DropoutTests.self,
    // With the bits of the block itself.
    "Recomputed": RecomputedTests.self,
    // Against the layers that are folded.
    "FoldedConvolution": FoldedConvolutionTests.self,
    // Whole networks are compared in NetworksTests.
    "Sequential": NetworkPlanTests.self,
  ]

  /// Public structures and classes that are layers by conformance, or can be called as one.
  ///
  /// Every declaration at the margin of a line begins a new one.
  static func layers(in source: String) -> Set<String> {
    var found: Set<String> = []
    var current: String?
    for line in source.split(separator: "\n") {
      if let match = line.firstMatch(
        of: /^public (?:final )?(?:struct|class|enum) (\w+)(?:<[^>]*>)?(?:: (.*))? \{/)
      {
        current = String(match.1)
        if match.2?.contains(/\w*Layer\b/) == true { found.insert(String(match.1)) }
      } else if let match = line.firstMatch(of: /^(?:public )?extension (\w+)/) {
        current = String(match.1)
      } else if line.hasPrefix("  public func callAsFunction"), let current {
        found.insert(current)
      } else if line.hasPrefix("}") {
        current = nil
      }
    }
    // Default applications that every layer has.
    return found.subtracting(["Layer", "ActivationLayer", "PoolingLayer", "FilterLayer"])
  }

  @Test("all of Sources/Layers, and nothing that is no longer there")
  func everyLayer() throws {
    let folder = URL(fileURLWithPath: "Sources/Layers")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    var declared: Set<String> = []
    for file in try #require(files) {
      declared.formUnion(Self.layers(in: try String(contentsOf: file, encoding: .utf8)))
    }
    let proven = Self.made.union(Self.applied.keys)
    #expect(declared.count > 30)
    #expect(declared.subtracting(proven).sorted() == [], "compare them with the oracle")
    #expect(proven.subtracting(declared).sorted() == [], "there is no such layer")
    #expect(Self.made.isDisjoint(with: Self.applied.keys))
  }

  @Test("a new layer is found, however it is declared")
  func negativeControl() {
    let source = """
      public struct Forgotten: FilterLayer {
      }
      public struct Also<Features: LayerFeatures>: Layer {
      }
      public struct Third {
        public init() {}
        public func callAsFunction(_ input: SparseTensor) throws -> SparseTensor { input }
      }
      struct Internal: Layer {
      }
      public struct Fourth: CustomStringConvertible, ActivationLayer {
      }
      public struct NoLayer: CustomStringConvertible {
        public func layer() {}
      }
      public struct SparseTensor: LayerFeatures {
      }
      """
    #expect(Self.layers(in: source) == ["Forgotten", "Also", "Third", "Fourth"])
  }
}
