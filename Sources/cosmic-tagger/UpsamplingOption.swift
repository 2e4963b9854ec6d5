import ArgumentParser
import Networks

/// How images are doubled, in the original's words and in ours.
enum UpsamplingOption: String, CaseIterable, ExpressibleByArgument {
  case convolutional
  case interpolation
  case nearest
  case bilinear

  /// What it means in a form: the original interpolates between pixels on full images that are taken
  /// plane by plane, and takes the nearest elsewhere.
  func upsampling(
    _ form: UResNetConfiguration.Form, _ mode: UResNetConfiguration.ConvolutionMode
  ) -> UResNetConfiguration.Upsampling {
    switch self {
    case .convolutional: .convolutional
    case .interpolation: form == .dense && mode == .planar ? .bilinear : .interpolation
    case .nearest: .interpolation
    case .bilinear: .bilinear
    }
  }
}
