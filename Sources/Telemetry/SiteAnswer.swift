/// What a prediction made of a site: right, or one class taken for another.
struct SiteAnswer: Comparable, Sendable {
  let truth: Int
  let prediction: Int

  var isRight: Bool { truth == prediction }

  /// Of the sites that share a pixel of a picture, the highest is seen: errors before right answers,
  /// and those about neutrinos first.
  private var rank: Int {
    isRight ? truth : 3 + (Self.errors.firstIndex { $0 == self } ?? 0)
  }

  static func < (left: SiteAnswer, right: SiteAnswer) -> Bool { left.rank < right.rank }

  /// All errors, the gravest last.
  static let errors = [
    SiteAnswer(truth: 1, prediction: 0), SiteAnswer(truth: 0, prediction: 1),
    SiteAnswer(truth: 0, prediction: 2), SiteAnswer(truth: 1, prediction: 2),
    SiteAnswer(truth: 2, prediction: 0), SiteAnswer(truth: 2, prediction: 1),
  ]

  /// Right answers are dark shades of their class.
  ///
  /// Errors are bright: what is taken for cosmic in cold colours, for neutrino in warm ones. The six
  /// differ in brightness where colour-blind eyes see one hue (after Okabe and Ito).
  var color: Color {
    switch (truth, prediction) {
    case (1, 0): Color(198, 198, 204)
    case (2, 0): Color(226, 120, 190)
    case (0, 1): Color(0, 158, 115)
    case (2, 1): Color(96, 190, 255)
    case (0, 2): Color(240, 228, 66)
    case (1, 2): Color(240, 96, 24)
    case (1, 1): Color(30, 52, 88)
    case (2, 2): Color(98, 50, 26)
    default: Color(46, 46, 50)
    }
  }
}
