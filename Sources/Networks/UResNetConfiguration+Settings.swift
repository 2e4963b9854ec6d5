/// Every switch by name, as text: what checkpoints, configuration files and listings hold.
extension UResNetConfiguration {
  /// One switch.
  private struct Setting {
    let name: String
    let text: (UResNetConfiguration) -> String
    /// Takes a text; false where it is none of the switch's values.
    let take: (inout UResNetConfiguration, String) -> Bool

    init<Value: LosslessStringConvertible>(
      _ name: String, _ path: WritableKeyPath<UResNetConfiguration, Value>
    ) {
      self.name = name
      text = { $0[keyPath: path].description }
      take = { configuration, text in
        guard let value = Value(text) else { return false }
        configuration[keyPath: path] = value
        return true
      }
    }

    init<Value: LosslessStringConvertible>(
      _ name: String, _ path: WritableKeyPath<UResNetConfiguration, Value?>
    ) {
      self.name = name
      text = { $0[keyPath: path]?.description ?? "none" }
      take = { configuration, text in
        let value = Value(text)
        guard value != nil || text == "none" else { return false }
        configuration[keyPath: path] = value
        return true
      }
    }

    init<Value: RawRepresentable<String>>(
      named name: String, _ path: WritableKeyPath<UResNetConfiguration, Value>
    ) {
      self.name = name
      text = { $0[keyPath: path].rawValue }
      take = { configuration, text in
        guard let value = Value(rawValue: text) else { return false }
        configuration[keyPath: path] = value
        return true
      }
    }
  }

  private static var allSettings: [Setting] {
    [
      Setting("planes", \.planes),
      Setting("input-channels", \.inputChannels),
      Setting("classes", \.classes),
      Setting("n-initial-filters", \.initialFilters),
      Setting("network-depth", \.depth),
      Setting("blocks-per-layer", \.blocksPerLayer),
      Setting("blocks-deepest-layer", \.blocksDeepest),
      Setting("blocks-final", \.blocksFinal),
      Setting("residual", \.residual),
      Setting(named: "connections", \.connections),
      Setting(named: "growth-rate", \.growth),
      Setting("use-bias", \.bias),
      Setting("batch-norm", \.batchNorm),
      Setting("initial-filter-size", \.initialFilterSize),
      Setting("initial-activation", \.initialActivation),
      Setting(named: "downsampling", \.downsampling),
      Setting(named: "upsampling", \.upsampling),
      Setting(named: "deepest", \.deepest),
      Setting("bottleneck-deepest", \.bottleneckDeepest),
      Setting("filter-size-deepest", \.filterSizeDeepest),
      Setting("merge-activation", \.mergeActivation),
      Setting(named: "split-scope", \.splitScope),
      Setting("join-activation", \.joinActivation),
      Setting("connect-pre-res-blocks-down", \.connectPreDown),
      Setting("connect-pre-res-blocks-up", \.connectPreUp),
      Setting("leak", \.leak),
      Setting("leak-after-sum", \.leakAfterSum),
      Setting("leak-of-scaling", \.leakOfScaling),
      Setting(named: "normalization-scope", \.normalizationScope),
      Setting("normalization-epsilon", \.normalizationEpsilon),
      Setting("normalization-momentum", \.normalizationMomentum),
      Setting("classification", \.classification.isActive),
      Setting("classification-detach", \.classification.detaches),
      Setting("classification-n-filters", \.classification.filters),
      Setting("classification-n-layers", \.classification.blocks),
      Setting("vertex", \.vertex.isActive),
      Setting("vertex-detach", \.vertex.detaches),
      Setting("vertex-depth", \.vertex.depth),
      Setting("vertex-n-filters", \.vertex.filters),
      Setting("vertex-n-layers", \.vertex.blocks),
    ]
  }

  /// All switches, by name.
  public var settings: [String: String] {
    Dictionary(
      Self.allSettings.map { ($0.name, $0.text(self)) }, uniquingKeysWith: { first, _ in first })
  }

  /// The configuration that `settings` told of; names that are not known are passed over.
  ///
  /// - Throws: `NetworkError` for a value that a switch cannot have.
  public init(settings: [String: String]) throws(NetworkError) {
    self.init()
    for setting in Self.allSettings {
      guard let text = settings[setting.name] else { continue }
      guard setting.take(&self, text) else {
        throw .setting(name: setting.name, value: text, allowed: "what a checkpoint has there")
      }
    }
    try validate()
  }
}
