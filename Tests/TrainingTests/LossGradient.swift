import Tensors
import Training

extension Loss {
  /// The gradient of a loss of one result.
  var gradient: Tensor { parts[0].gradient }
}
