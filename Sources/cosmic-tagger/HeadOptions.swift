import ArgumentParser
import CosmicTagger
import Networks

/// The heads that say something about whole events.
struct HeadOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Also tell kinds of events apart.",
      discussion:
        "Charged currents of electron and muon neutrinos, neutral currents, and cosmic rays alone. The "
        + "truth is the first neutrino of the file's particles, and ten pixels of it or more."))
  var classification = false

  @Option(help: "Whether its gradient stops before the rest of the network. (default: False)")
  var classificationDetach: Truth?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What its loss counts. (default: 0.01)", valueName: "factor"))
  var classificationWeight: Double?

  @Option(help: ArgumentHelp("Channels of its blocks. (default: 128)", valueName: "channels"))
  var classificationNFilters: Int?

  @Option(help: ArgumentHelp("Number of its blocks. (default: 4)", valueName: "blocks"))
  var classificationNLayers: Int?

  @Flag(
    help: ArgumentHelp(
      "Also find the neutrino's vertex on each plane.",
      discussion:
        "Cells of one level say whether it lies in them, and where. The truth is the middle of the "
        + "plane's first cluster that is not empty."))
  var vertex = false

  @Option(help: "Whether its gradient stops before the rest of the network. (default: True)")
  var vertexDetach: Truth?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "How many levels above the bottom its cells are. (default: 2)", valueName: "levels"))
  var vertexDepth: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What its loss counts. (default: 1)", valueName: "factor"))
  var vertexWeight: Double?

  @Option(help: ArgumentHelp("Channels of its blocks. (default: 128)", valueName: "channels"))
  var vertexNFilters: Int?

  @Option(help: ArgumentHelp("Number of its blocks. (default: 4)", valueName: "blocks"))
  var vertexNLayers: Int?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What the right cell counts in its loss. (default: 0.1)", valueName: "factor"))
  var vertexLDet: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "What the place in the cell counts in its loss. (default: 0.1)", valueName: "factor"))
  var vertexLCoord: Double?

  @Option(
    help: ArgumentHelp(
      "Producer of the particles and clusters that heads learn from.", valueName: "name"))
  var truthProducer = DataConfiguration().truthProducer

  /// The network's part.
  func apply(to network: inout UResNetConfiguration) {
    network.classification.isActive = classification
    set(&network.classification.detaches, classificationDetach?.value)
    set(&network.classification.filters, classificationNFilters)
    set(&network.classification.blocks, classificationNLayers)
    network.vertex.isActive = vertex
    set(&network.vertex.detaches, vertexDetach?.value)
    set(&network.vertex.depth, vertexDepth)
    set(&network.vertex.filters, vertexNFilters)
    set(&network.vertex.blocks, vertexNLayers)
  }

  /// What is read, and what losses count.
  func apply(to data: inout DataConfiguration, _ training: inout TrainingConfiguration) {
    data.truthProducer = truthProducer
    set(&training.heads.classification, classificationWeight)
    set(&training.heads.vertex, vertexWeight)
    set(&training.heads.parts.detection, vertexLDet)
    set(&training.heads.parts.coordinates, vertexLCoord)
  }
}
