import Layers
import Networks

/// Names and shapes of a network's parameters, one a line, and their number at the end as the
/// original's `build_net` prints it.
///
/// - Throws: `TaggerError` when the switches make no network.
public func parameterListing(
  _ configuration: UResNetConfiguration, mode: TrainingConfiguration.Mode = .sparse
) throws(TaggerError) -> [String] {
  do {
    let network = try configuration.network(mode, seed: 0)
    let lines = network.namedParameters.map { name, parameter in
      let shape = parameter.shape.map(String.init).joined(separator: "×")
      return "\(name) \(shape)" + (parameter.isTrained ? "" : " (statistic)")
    }
    return lines + ["NUMBER_OF_PARAMETERS: \(network.parameterCount)"]
  } catch {
    throw TaggerError(error)
  }
}
