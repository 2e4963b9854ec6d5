/// Why training cannot start or go on.
public enum TrainingError: Error, Equatable, Sendable {
  /// A loss that is infinite or not a number.
  case lossNotFinite(Double)
  /// A gradient that is infinite or not a number.
  case gradientNotFinite(parameter: String, lossScale: Double = 1)
  /// A factor that takes all from the loss, or more than numbers hold.
  case lossScale(Double)
  /// A weight decay that is below zero, or more than numbers hold.
  case weightDecay(Double)
  /// A limit of gradients that leaves nothing of them, or is none.
  case clippingNorm(Double)
  /// A learning rate that makes no step.
  case learningRate(Double)
  /// A network without a parameter to train.
  case nothingToTrain
  /// Labels or features of another number than there are sites.
  case featureCount(labels: Int, features: Int, sites: Int, channels: Int)
  /// Labels of another number than there are rows of scores.
  case labelCount(Int, rows: Int)
  /// A label that is none of the classes.
  case label(Int, classes: Int)
  /// A number of classes that labels cannot tell apart.
  case classes(Int)
  /// Scores of another number of channels than the labels have classes.
  case channels(Int, classes: Int)
  /// Weights that are not one for each class, or that cannot weigh.
  case classWeights([Float], classes: Int)
  /// Groups of another number than there are sites, or none at all.
  case groups(Int, groupCount: Int, sites: Int)
  /// A group that is not there.
  case group(Int, groupCount: Int)
  /// Predictions of another number than there are sites.
  case predictionCount(Int, sites: Int)
  /// A prediction that is none of the classes.
  case prediction(Int, classes: Int)
  /// A loss whose scores were not computed on the tape of the step.
  case otherTape
}

extension TrainingError: CustomStringConvertible {
  /// One sentence that names what happened and the remedy.
  public var description: String {
    switch self {
    case .lossNotFinite(let loss):
      "the loss is \(loss.isNaN ? "not a number" : "\(loss)"): "
        + "lower the learning rate or check the input's values"
    case .gradientNotFinite(let parameter, let lossScale):
      "the gradient of \(parameter) is not finite: "
        + (lossScale > 1 ? "lower the loss scale of \(lossScale), or " : "")
        + "check the input's values and the network for what makes numbers that large"
    case .lossScale(let scale):
      "a loss scale of \(scale) is not possible: use a number above zero"
    case .weightDecay(let decay):
      "a weight decay of \(decay) is not possible: use a number of zero or more"
    case .clippingNorm(let norm):
      "clipping gradients to a norm of \(norm) is not possible: use a number above zero"
    case .learningRate(let rate):
      "a learning rate of \(rate) makes no step: use zero or more"
    case .nothingToTrain:
      "the network has no parameters to train: does it list the layers it is made of as its parts?"
    case .featureCount(let labels, let features, let sites, let channels):
      "\(labels) labels and \(features) features do not belong to \(sites) sites of \(channels) "
        + "channels"
    case .labelCount(let labels, let rows):
      "\(labels) labels do not belong to \(rows) rows of scores"
    case .label(let label, let classes):
      "label \(label) is none of \(classes) classes"
    case .classes(let classes):
      "\(classes) classes are not possible: use 1 to 256"
    case .channels(let channels, let classes):
      "scores of \(channels) channels do not belong to labels of \(classes) classes: "
        + "let the network end with \(classes) channels"
    case .classWeights(let weights, let classes):
      "class weights \(weights) do not belong to \(classes) classes: "
        + "give each class a number of zero or more"
    case .groups(let groups, let groupCount, let sites):
      "\(groups) sites in \(groupCount) groups do not belong to \(sites) sites: "
        + "give each site one of at least one group"
    case .group(let group, let groupCount):
      "group \(group) is none of \(groupCount) groups"
    case .predictionCount(let predictions, let sites):
      "\(predictions) predictions do not belong to \(sites) sites"
    case .prediction(let prediction, let classes):
      "prediction \(prediction) is none of \(classes) classes"
    case .otherTape:
      "the loss was not computed on the tape of this step: run the network on the tape it is given"
    }
  }
}
