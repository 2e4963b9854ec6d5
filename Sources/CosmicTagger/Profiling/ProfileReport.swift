import Kernels
import Tensors

/// A profile in figures, as `--json` writes it; times are medians over the steps.
struct ProfileReport: Encodable {
  let preset: String
  let threads: Int
  let instructionSet: String
  let precision: String
  let downsample: Int
  let batch: Int
  let steps: Int
  let warmUp: Int
  let parameters: Int
  /// Sites of a batch.
  let sites: Int

  /// From the end of one step to that of the next: planning that nothing hid included.
  let trainStepSeconds: Double
  let forwardSeconds: Double
  let backwardSeconds: Double
  let optimizerSeconds: Double
  let inferenceSeconds: Double
  let planningSeconds: Double
  let exposedPlanningSeconds: Double
  /// Layers with weights that multiply, forward and backward.
  let convolutionSeconds: Double
  /// All of the step but these.
  let nonConvolutionSeconds: Double
  let otherLayerSeconds: Double

  let peakGflops: Double
  let bandwidthGigabytesPerSecond: Double

  let peakResidentBytes: Int
  let arenaHighWaterBytes: Int
  let arenaHeldBytes: Int
  /// The arena's high water over the sites.
  let bytesPerSite: Double
  /// How often the step's memory had to grow.
  let allocationsPerStep: Double

  let layers: [LayerFigures]
  let rulebooks: [RulebookFigures]

  init(_ measurement: NetworkMeasurement, _ run: ProfilingRun) throws {
    preset = run.preset
    threads = run.training.threads
    instructionSet = InstructionSet.current.name
    precision = run.training.precision.rawValue
    downsample = run.data.downsample
    batch = run.data.minibatchSize
    steps = run.steps
    warmUp = run.warmUp
    parameters = measurement.parameterCount
    sites = measurement.sites
    trainStepSeconds = measurement.trainStepSeconds
    let parts = measurement.training.compactMap(\.step)
    forwardSeconds = parts.map(\.forwardSeconds).median
    backwardSeconds = parts.map(\.backwardSeconds).median
    optimizerSeconds = parts.map(\.optimizerSeconds).median
    inferenceSeconds = measurement.inferenceSeconds
    planningSeconds = measurement.planningSeconds
    exposedPlanningSeconds = measurement.exposedPlanningSeconds
    convolutionSeconds = measurement.convolutionSeconds
    nonConvolutionSeconds = measurement.nonConvolutionSeconds
    otherLayerSeconds = measurement.training.map(\.otherLayerSeconds).median
    peakGflops = measurement.peaks.gigaflops
    bandwidthGigabytesPerSecond = measurement.peaks.gigabytesPerSecond
    let memory = measurement.memory
    peakResidentBytes = memory.peakResidentBytes
    arenaHighWaterBytes = memory.arenaBytes
    arenaHeldBytes = memory.arenaHeldBytes
    let largest = measurement.training.map(\.sites).max() ?? 0
    bytesPerSite = largest == 0 ? 0 : Double(memory.arenaBytes) / Double(largest)
    allocationsPerStep = measurement.allocationsPerStep
    layers = LayerFigures.all(of: measurement)
    rulebooks = try RulebookFigures.all(of: measurement)
  }
}
