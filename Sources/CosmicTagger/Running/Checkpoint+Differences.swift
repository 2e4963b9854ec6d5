import Networks
import Training

extension Checkpoint {
  /// The switches in which a network is not the one that this is of: name, value there, value here.
  private func differences(
    from configuration: UResNetConfiguration
  ) -> [(name: String, there: String, here: String)] {
    let settings = configuration.settings
    return self.configuration.sorted { $0.key < $1.key }.compactMap { name, value in
      guard let here = settings[name], here != value else { return nil }
      return (name, value, here)
    }
  }

  /// A line for each switch in which a network is not the one that this is of.
  func differences(_ file: String, from configuration: UResNetConfiguration) -> [String] {
    differences(from: configuration).map { name, there, here in
      "\(file) was trained with --\(name) \(there), where this network has \(here)"
    }
  }

  /// What to do where it does not fit a network: the switches to give.
  func remedy(for configuration: UResNetConfiguration) -> String {
    let flags = differences(from: configuration).filter { $0.there != "none" }.map {
      "--\($0.name) \($0.there)"
    }
    return flags.isEmpty
      ? "give the network's switches that it was trained with"
      : "it was trained with \(flags.joined(separator: " ")): give these"
  }
}
