/// Why training cannot start or go on.
public enum TrainingError: Error, Equatable, Sendable {
  /// A loss that is infinite or not a number.
  case lossNotFinite(Double)
  /// Labels or features of another number than there are sites.
  case featureCount(labels: Int, features: Int, sites: Int, channels: Int)
  /// Labels of another number than there are rows of scores.
  case labelCount(Int, rows: Int)
  /// A label that is none of the classes.
  case label(Int, classes: Int)
  /// More groups than a byte can number.
  case tooManyGroups(Int)
}

extension TrainingError: CustomStringConvertible {
  /// One sentence that names what happened and the remedy.
  public var description: String {
    switch self {
    case .lossNotFinite(let loss):
      "the loss is \(loss.isNaN ? "not a number" : "\(loss)"): "
        + "lower the learning rate or check the input's values"
    case .featureCount(let labels, let features, let sites, let channels):
      "\(labels) labels and \(features) features do not belong to \(sites) sites of \(channels) "
        + "channels"
    case .labelCount(let labels, let rows):
      "\(labels) labels do not belong to \(rows) rows of scores"
    case .label(let label, let classes):
      "label \(label) is none of \(classes) classes"
    case .tooManyGroups(let groups):
      "\(groups) groups on the first axis are too many: at most 256 are possible"
    }
  }
}
