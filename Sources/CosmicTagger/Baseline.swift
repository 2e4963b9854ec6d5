import Training

/// Predictions that need no network: what any trained network has to be compared with, because the
/// share of right pixels alone is near one for all of them.
public enum Baseline: CaseIterable, Sendable {
  /// Every active pixel is cosmic.
  case everythingCosmic
  /// Every active pixel with a charge above 10 is cosmic, the others background.
  case chargeAboveTen
  /// Every pixel is background.
  case everythingBackground

  /// How tables name it.
  public var name: String {
    switch self {
    case .everythingCosmic: "everything active is cosmic"
    case .chargeAboveTen: "charge above 10 is cosmic"
    case .everythingBackground: "everything is background"
    }
  }

  /// The class of each site.
  public func predictions(_ batch: LabelledSites) -> [UInt8] {
    let cosmic = SiteAssembly.PixelClass.cosmic.rawValue
    let background = SiteAssembly.PixelClass.background.rawValue
    switch self {
    case .everythingCosmic:
      // Of full images, those without a charge are not active.
      return batch.features.map { $0 == 0 ? background : cosmic }
    case .chargeAboveTen:
      return batch.features.map { $0 > 10 ? cosmic : background }
    case .everythingBackground:
      return [UInt8](repeating: background, count: batch.count)
    }
  }
}
