/// The way on which features came to their sites: the rulebooks of the convolutions and poolings
/// behind them, last first.
///
/// An inverse operator goes back along the rulebook of its own way. What else a plan holds by then,
/// because another branch or an earlier pass came to the same coarse sites from other fine ones, does
/// not matter: the same network gives the same answer whenever it is asked, and when it is asked
/// again to recompute.
///
/// Immutable; several branches share the part of the way they have in common.
package final class Descent: Sendable {
  /// The rulebook of the last step, which made the sites the features are on.
  package let rulebook: Rulebook

  /// The way to the input of that step; nothing at the entry of the network.
  package let earlier: Descent?

  /// The way that goes on from `earlier` by one more step.
  package init(_ rulebook: Rulebook, after earlier: Descent?) {
    self.rulebook = rulebook
    self.earlier = earlier
  }

  /// The last step of this filter that made `coarse`, if there is one on this way.
  ///
  /// Cost: one comparison for each step.
  package func step(to coarse: SiteSet, _ geometry: FilterGeometry) -> Descent? {
    var step: Descent? = self
    while let here = step {
      if here.rulebook.geometry == geometry, here.rulebook.outputSites.hasSameSites(as: coarse) {
        return here
      }
      step = here.earlier
    }
    return nil
  }
}
