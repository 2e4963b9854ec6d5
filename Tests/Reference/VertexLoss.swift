import Foundation

/// The loss of CosmicTagger's vertex head, from its definition: probabilities first, then their
/// cross-entropy.
///
/// - Parameters:
///   - scores: `[cell][presence, row, column]` before the sigmoid.
///   - cells: `[cell][event, plane, row, column]`.
///   - vertices: `[event][plane]` as fractions of rows and columns, if there is one.
///   - grid: planes, rows and columns of the cells.
///   - detection: weight of presence.
///   - coordinates: weight of the place.
/// - Returns: `1/events · Σ detection (1 - p_t)² (-log p_t) + planes · coordinates · Σ |σ - offset|²`.
public func vertexLoss(
  _ scores: [[Double]], cells: [[Int]], vertices: [[[Double]?]], grid: [Int], detection: Double,
  coordinates: Double
) -> Double {
  func sigmoid(_ score: Double) -> Double { 1 / (1 + exp(-score)) }
  var presence = 0.0
  var place = 0.0
  for (score, cell) in zip(scores, cells) {
    var offset: [Double]?
    if let vertex = vertices[cell[0]][cell[1]] {
      let position = [vertex[0] * Double(grid[1]), vertex[1] * Double(grid[2])]
      let isHere = Int(floor(position[0])) == cell[2] && Int(floor(position[1])) == cell[3]
      if isHere { offset = [position[0] - Double(cell[2]), position[1] - Double(cell[3])] }
    }
    let probability = sigmoid(score[0])
    let right = offset == nil ? 1 - probability : probability
    presence += detection * pow(1 - right, 2) * -log(right)
    if let offset {
      place += pow(sigmoid(score[1]) - offset[0], 2) + pow(sigmoid(score[2]) - offset[1], 2)
    }
  }
  return presence / Double(vertices.count) + Double(grid[0]) * coordinates * place
}
