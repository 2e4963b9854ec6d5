import ArgumentParser
import CosmicTagger

/// `cosmic-tagger compare`.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show that sparse and dense are one network, and what each costs.",
    discussion: """
      Runs one network, of the same parameters, on active sites (sparse), on all pixels (dense), and \
      on all pixels with those that are not active kept at zero (masked).

      Sparse and masked must agree: the first tables show, layer by layer and for the gradients of \
      each layer's parameters, the largest difference of any value. Both take mean and variance from \
      the event. In float32, rounding leaves some 1e-6 of the largest logit and 1e-4 of the largest \
      gradient; of a layer's own small gradients more, where it sends a value to the other side of \
      an activation. The last table \
      has accuracy with the running statistics, seconds of a training step and of inference, and \
      memory, of all three.

      Example:
        cosmic-tagger compare --file events.h5 --preset a21 --downsample 1 --events 1
      """)

  @OptionGroup(title: "Events") var data: DataOptions

  @Option(
    help: ArgumentHelp(
      "Parameters of the networks: a file, or the latest of a folder.", valueName: "path"))
  var checkpoint: String?

  @Option(parsing: .unconditional, help: ArgumentHelp("Events to compare.", valueName: "count"))
  var events = 3

  @OptionGroup var threads: ThreadOptions

  @Option(help: ArgumentHelp("Write all figures to this file.", valueName: "path"))
  var json: String?

  @OptionGroup(title: "Network") var network: NetworkOptions

  @OptionGroup(title: "Reporting") var reporting: ReportOptions

  func validate() throws {
    try network.check(network.comparedConfiguration)
    guard !network.pixels.sparse, !network.pixels.dense, !network.pixels.masked else {
      throw ValidationError(
        "compare computes in every mode: leave out --sparse, --dense and --masked")
    }
    guard data.minibatchSize == nil, data.access == DataConfiguration().access else {
      throw ValidationError(
        "compare takes one event after the other: leave out --minibatch-size and --access")
    }
  }

  func run() throws {
    try reportingErrors { () throws(TaggerError) in
      var training = TrainingConfiguration()
      threads.apply(to: &training)
      training.seed = data.seed
      var data = data.configuration(of: network.preset)
      network.heads.apply(to: &data, &training)
      try ComparisonRun(
        data: data, network: network.comparedConfiguration, training: training,
        checkpoint: checkpoint, events: events, json: json, logger: reporting.logger()
      ).run()
    }
  }
}
