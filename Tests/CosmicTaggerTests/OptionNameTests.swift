import CosmicTagger
import Networks
import Testing

/// Proves that the command line speaks of its own options, and of no option that it does not have.
@Suite("Names of options in errors")
struct OptionNameTests {
  private func description(_ change: (inout Networks.UResNetConfiguration) -> Void) -> String? {
    var configuration = Networks.UResNetConfiguration()
    change(&configuration)
    let error = #expect(throws: NetworkError.self) { try configuration.validate() }
    return error.map { TaggerError($0).description }
  }

  @Test("a property with an option is named by it")
  func options() {
    #expect(
      description { $0.initialFilters = 0 }
        == "--n-initial-filters 0 is not possible: use 1 to 4096")
    #expect(
      description { $0.blocksDeepest = 65 }
        == "--blocks-deepest-layer 65 is not possible: use 0 to 64")
    #expect(description { $0.leak = -1 }?.hasPrefix("--leak -1.0 ") == true)
    #expect(description { $0.leakAfterSum = -2 }?.hasPrefix("--leak-after-sum -2.0 ") == true)
  }

  @Test("so is one that only full images can have")
  func denseOnly() {
    for (preset, sentence) in [
      (
        UResNetConfiguration.Preset.uresnet,
        "--upsampling bilinear is not possible: use convolutional or nearest on sites"
      ),
      (.seed, "--deepest stacked is not possible: use merged or convolved on sites"),
    ] {
      let configuration = UResNetConfiguration(preset: preset, form: .dense)
      let error = #expect(throws: NetworkError.self) {
        try configuration.network(.sparse, seed: 1)
      }
      #expect(error.map { TaggerError($0).description } == sentence)
    }
  }

  @Test("a property without one is named as it is")
  func properties() {
    #expect(description { $0.planes = 300 } == "planes 300 is not possible: use 1 to 256")
    #expect(description { $0.classes = 0 } == "classes 0 is not possible: use 1 to 256")
  }
}
