/// What a panel shows of a plane.
package enum EventPanel: String, CaseIterable, Sendable {
  case charge
  case truth
  case prediction
  case errors

  /// What can be shown of all of these planes.
  static func shown(of planes: [PlanePicture]) -> [EventPanel] {
    let hasTruth = planes.contains { $0.truth != nil }
    let hasPrediction = planes.contains { $0.prediction != nil }
    return allCases.filter { panel in
      switch panel {
      case .charge: true
      case .truth: hasTruth
      case .prediction: hasPrediction
      case .errors: hasTruth && hasPrediction
      }
    }
  }

  /// The coloured cells of a part of a plane; nothing where that is not known.
  func cells(
    of plane: PlanePicture, _ colors: ColorScale, _ scale: PanelScale
  ) -> PooledPlane<Color>? {
    switch self {
    case .charge:
      plane.pooled(plane.charge, scale).map { colors.color(of: $0) }
    case .truth:
      plane.truth.map { plane.pooled($0, scale).map { EventDisplay.classColors[$0] } }
    case .prediction:
      plane.prediction.map { plane.pooled($0, scale).map { EventDisplay.classColors[$0] } }
    case .errors:
      plane.answers.map { plane.pooled($0, scale).map(\.color) }
    }
  }

  /// What is counted above the panel.
  func caption(of plane: PlanePicture, _ index: Int) -> String {
    switch self {
    case .charge:
      let highest = plane.charge.max().map { ", max \(Int($0.rounded()))" } ?? ""
      return "plane \(index)  charge  \(plane.charge.count) sites\(highest)"
    case .truth: return counts(plane.truth)
    case .prediction: return counts(plane.prediction)
    case .errors:
      guard let answers = plane.answers else { return "errors" }
      return "errors  \(answers.count { !$0.isRight }) of \(answers.count) sites"
    }
  }

  private func counts(_ classes: [Int]?) -> String {
    guard let classes else { return rawValue }
    let cosmic = classes.count { $0 == 1 }
    let neutrino = classes.count { $0 == 2 }
    return "\(rawValue)  \(cosmic) cosmic, \(neutrino) neutrino"
  }
}

extension PlanePicture {
  /// What the prediction made of each site, where truth and prediction are known.
  var answers: [SiteAnswer]? {
    guard let truth, let prediction else { return nil }
    return zip(truth, prediction).map { SiteAnswer(truth: $0, prediction: $1) }
  }
}
