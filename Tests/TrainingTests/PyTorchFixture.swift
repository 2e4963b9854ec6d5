import Autodiff
import Foundation
import Tensors

/// What PyTorch's optimizers, clipping and schedules do: `tools/interoperability/make_training_fixtures.py`
/// wrote it.
struct PyTorchFixture: Decodable {
  struct Clipping: Decodable {
    let norm: Double
    let gradients: [[Double]]
  }

  let values: [[Double]]
  let gradients: [[[Double]]]
  let rates: [Double]
  /// By optimizer, then by weight decay.
  let optimizers: [String: [String: [[Double]]]]
  /// By limit.
  let clipping: [String: Clipping]
  let schedules: [String: [Double]]

  /// The file beside the tests.
  static func load() throws -> PyTorchFixture {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/pytorch.json")
    return try JSONDecoder().decode(PyTorchFixture.self, from: Data(contentsOf: path))
  }

  /// The two parameters.
  var parameters: [Parameter] {
    zip([[4, 3], [3]], values).map { shape, values in
      var next = values.makeIterator()
      return Parameter(shape: shape) { Float(next.next() ?? .nan) }
    }
  }
}
