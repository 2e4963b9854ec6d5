/// The U-shaped network over (plane, row, column) sites, from the definitions, in double precision.
///
/// Filters are 1×k×k: planes meet only at the bottom. Parameters are found by the names of the
/// original's state dictionary, so those of a level `l` lie below `net_core` followed by `l` times
/// `.main_module`, and those of the bottom below `depth + 1` times:
///
/// | part | convolution | normalization |
/// |---|---|---|
/// | first and last | `initial_convolution`, `bottleneck` | `initial_convolution.relu` |
/// | plain block | `….block_0.conv1` | `….block_0.relu` |
/// | residual block | `….block_0.conv1`, `.conv2` | `.relu1`, `.norm2` (or `.bn1`, `.bn2`) |
/// | a level's way down and up | `downsample.conv`, `upsample.conv` | `downsample.relu` (or `.bn`) |
/// | joining | `connection.bottleneck` | `connection.relu` |
/// | bottom | `merger`, `blocks`, `splitter` | `merger.relu`, `splitter.relu` |
///
/// A convolution has `weight`, row-major `(offsets, input channels, output channels)`, and adds
/// `bias` if the dictionary has one; a normalization has `weight`, `bias` and, for evaluation,
/// `running_mean` and `running_var`.
public struct ReferenceUResNet: Sendable {
  /// What is computed.
  public var configuration: UResNetConfiguration
  /// Parameters and running statistics by name.
  public var parameters: [String: [Double]]

  /// A network with the given parameters.
  public init(configuration: UResNetConfiguration, parameters: [String: [Double]]) {
    self.configuration = configuration
    self.parameters = parameters
  }

  /// Whether statistics come from the batch or from the running averages.
  public enum Mode: Sendable {
    /// Normalise by the batch.
    case training
    /// Normalise by the running averages.
    case evaluation
  }

  /// Features with the sites they belong to.
  public struct Activation: Sendable {
    /// The sites, `[image, plane, row, column]`.
    public var sites: [[Int]]
    /// Rows × channels.
    public var features: [[Double]]
    /// The number of channels, which no row may be there to tell.
    var channels: Int
    /// Planes, rows and columns.
    var spatialSize: [Int]
  }

  /// What a forward pass leaves behind.
  public struct Output: Sendable {
    /// Logits, in the order of the sites given.
    public var logits: [[Double]]
    /// The batch statistics of every normalization by name: one, or one per plane.
    public var statistics: [String: [BatchStatistics]]
    /// What every module gave out, by name.
    public var activations: [String: Activation]
  }

  /// The logits of a batch of sites.
  ///
  /// - Parameters:
  ///   - features: sites × input channels.
  ///   - sites: distinct sites, `[image, plane, row, column]`, in any order.
  ///   - spatialSize: planes, rows and columns; rows and columns must halve `depth` times.
  ///   - mode: training or evaluation.
  /// - Throws: `ReferenceParameterError` if a parameter is missing or of the wrong size.
  public func callAsFunction(
    _ features: [[Double]], sites: [[Int]], spatialSize: [Int], mode: Mode
  ) throws -> Output {
    var pass = UResNetPass(configuration: configuration, parameters: parameters, mode: mode)
    let input = Activation(
      sites: sites, features: features, channels: configuration.inputChannels,
      spatialSize: spatialSize)
    let logits = try pass.run(input)
    return Output(
      logits: logits.features, statistics: pass.statistics, activations: pass.activations)
  }
}

/// A parameter that is missing or does not fit, in one sentence.
public struct ReferenceParameterError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String
}
