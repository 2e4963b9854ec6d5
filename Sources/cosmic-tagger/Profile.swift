import ArgumentParser
import CosmicTagger
import Sites

/// `cosmic-tagger profile`.
struct Profile: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show where the time of a network's steps goes.",
    discussion: """
      Trains and then infers on events held in memory, and prints a line for each layer:
        sites      sites of its result
        pairs      pairs of input and output sites that a convolution multiplies
        M mult.    millions of multiply-adds, forward
        MB         the least to be moved forward: input, output, weights, once each
        fwd, bwd   milliseconds forward and backward, medians over the steps
        GF/s       two operations for each multiply-add, forward and backward
        bound      how near it comes to the roofline, see below
        algorithm  how the convolution is computed
      The roofline is the least time that the machine could take: the longer of operations over \
      the peak of fused multiply-add, and bytes over the bandwidth of memory, both measured at \
      the start with the same threads. Little layers, whose data lie in the cache, can do better. \
      Look for layers with many milliseconds and a small bound.

      Below, where the rest of a step goes. Rulebooks are built ahead on a thread of their own: \
      hidden is what a step computed meanwhile, exposed what it had to wait for.

      --trace writes every layer, gradient and rulebook of every step as a slice of time: open \
      the file at https://ui.perfetto.dev or chrome://tracing. The upper row computes, the lower \
      one plans ahead.

      Example:
        cosmic-tagger profile --sparse --file events.h5 --preset a21 --downsample 1 -mb 1 \
      --top 10 --trace trace.json
      """)

  @OptionGroup(title: "Events") var data: DataOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Steps to measure, and inferences.", valueName: "steps"))
  var steps = 10

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Steps before that, which are not counted.", valueName: "steps"))
  var warmUp = 3

  @OptionGroup var threads: ThreadOptions

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Print only the layers that take longest, slowest first.", valueName: "layers"))
  var top: Int?

  @Option(
    help: ArgumentHelp(
      "How rulebooks look up sites.", discussion: "As in train: all give the same.",
      valueName: "kind"))
  var siteIndex = SiteIndexKind.automatic

  @Option(help: ArgumentHelp("Write all figures to this file.", valueName: "path"))
  var json: String?

  @Option(help: ArgumentHelp("Write slices of time to this file.", valueName: "path"))
  var trace: String?

  @OptionGroup(title: "Precision") var precision: PrecisionOptions

  @OptionGroup(title: "Network") var network: NetworkOptions

  @OptionGroup(title: "Reporting") var reporting: ReportOptions

  func validate() throws { try network.check(network.configuration) }

  func run() throws {
    try reportingErrors { () throws(TaggerError) in
      var training = TrainingConfiguration()
      training.mode = network.pixels.mode
      threads.apply(to: &training)
      training.siteIndex = siteIndex
      training.seed = data.seed
      var data = data.configuration(of: network.preset)
      precision.apply(to: &data, &training)
      var output = ProfilingRun.Output()
      output.top = top
      output.json = json
      output.trace = trace
      try ProfilingRun(
        data: data, network: network.configuration, training: training,
        preset: network.preset.rawValue, steps: steps, warmUp: warmUp, output: output,
        logger: reporting.logger()
      ).run()
    }
  }
}
