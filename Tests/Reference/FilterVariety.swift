/// Filters of every shape, and images that they divide.
public enum FilterVariety {
  /// Boxes odd, even and mixed, crosses, chosen cells, with and without dilation and stride.
  ///
  /// - Parameter dimension: 1 to 4.
  public static func filters(dimension: Int) -> [FilterCells] {
    func list(_ numbers: [Int]) -> [Int] { Array(numbers.prefix(dimension)) }
    let (three, two) = (list([3, 3, 3, 3]), list([2, 2, 2, 2]))
    let (mixed, four) = (list([3, 2, 1, 4]), list([4, 3, 4, 1]))
    let (steps, gaps) = (list([2, 1, 3, 2]), list([2, 3, 1, 2]))
    let (low, high) = (three.map { _ in 0 }, three.map { $0 - 1 })
    let corners = FilterCells.Kind.chosen([low, high])
    var edge = low
    edge[0] = 1
    return [
      FilterCells(three), FilterCells(two), FilterCells(mixed), FilterCells(two, stride: two),
      FilterCells(three, stride: steps), FilterCells(mixed, stride: list([1, 3, 2, 2])),
      FilterCells(three, dilation: gaps), FilterCells(two, stride: two, dilation: gaps),
      FilterCells(three, kind: .cross), FilterCells(four, stride: steps, kind: .cross),
      FilterCells(three, stride: two, dilation: gaps, kind: .cross),
      FilterCells(three, kind: corners),
      // In an order of their own, and without a mirror image.
      FilterCells(three, stride: steps, dilation: gaps, kind: .chosen([high, edge, low])),
      FilterCells(list([1, 1, 1, 1]), stride: steps),
    ]
  }

  /// The same filter moving by ones, as submanifold convolutions ask for.
  public static func unstrided(_ filter: FilterCells) -> FilterCells {
    FilterCells(filter.size, dilation: filter.dilation, kind: filter.kind)
  }

  /// A small image that the filter divides.
  public static func spatialSize(for filter: FilterCells) -> [Int] {
    let windows: [Int] = [[9], [4, 3], [2, 3, 1], [1, 2, 1, 1]][filter.size.count - 1]
    return filter.size.indices.map { filter.extent[$0] + windows[$0] * filter.stride[$0] }
  }
}
