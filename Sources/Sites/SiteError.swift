/// Why coordinates, sizes or filters cannot make a site set or a rulebook.
public enum SiteError: Error, Equatable, Sendable {
  /// Sites of this many axes.
  case dimension(Int)
  /// A size below one, or a negative number of events.
  case size(batchSize: Int, spatialSize: [Int])
  /// Sizes whose site keys need more than 63 bits.
  case keyTooLong(batchSize: Int, spatialSize: [Int])
  /// A site with another number of coordinates than the image has axes.
  case coordinateCount(Int, dimension: Int)
  /// An event number outside the batch.
  case eventOutside(Int, batchSize: Int)
  /// A coordinate outside the image.
  case coordinateOutside(Int, axis: Int, spatialSize: [Int])
  /// A packed key whose event or coordinates are outside their sizes.
  case keyOutside(row: Int, spatialSize: [Int])
  /// A site that occurs twice where sites must be distinct.
  case duplicate(place: [Int], event: Int)
  /// A site that comes after a larger one where sites must be sorted.
  case unsorted(place: [Int], row: Int)
  /// More sites than 32-bit row numbers can count.
  case tooManySites(Int)
  /// A filter of impossible extents.
  case filter(FilterGeometry)
  /// A filter longer than site keys can step over.
  case filterTooLong(FilterGeometry)
  /// A filter with another number of axes than the image.
  case filterDimension(size: [Int], spatialSize: [Int])
  /// A strided filter that would lose the border of the image.
  case indivisible(filter: FilterGeometry, spatialSize: [Int], axis: Int)
  /// An inverse operator without the strided one it inverts.
  case nothingToInvert(filter: FilterGeometry, spatialSize: [Int])
  /// An inverse operator that could go back to several site sets.
  case ambiguousInverse(filter: FilterGeometry, spatialSize: [Int], candidates: Int)
  /// A filter of more cells than any can have.
  case filterTooLarge(FilterGeometry)
  /// A filter whose cells are not distinct positions of its box.
  case filterCells(FilterGeometry)
  /// A submanifold filter with a stride.
  case submanifoldStride(FilterGeometry)
  /// A full convolution whose output size is no integer.
  case grownTooLarge(filter: FilterGeometry, spatialSize: [Int])
  /// Given output sites of another batch or image than the filter makes.
  case targetSize(
    filter: FilterGeometry, batchSize: Int, spatialSize: [Int], foundBatchSize: Int, found: [Int])
  /// More points than 32-bit numbers can count.
  case tooManyPoints(Int)
  /// A list of coordinates that is not one for each point and axis.
  case pointCoordinates(Int, points: Int, dimension: Int)
  /// A point of an event outside the batch.
  case pointEvent(Int, point: Int, batchSize: Int)
  /// A point outside the image.
  case pointOutside(Int, axis: Int, point: Int, spatialSize: [Int])
  /// A point whose packed key is outside the sizes.
  case pointKey(point: Int, spatialSize: [Int])
  /// A search distance below zero.
  case radius(Int)
  /// A mask of another length than there are sites.
  case maskCount(Int, sites: Int)
  /// Site sets of different images or batches where they must be of one.
  case differentSizes(
    batchSize: Int, spatialSize: [Int], otherBatchSize: Int, otherSpatialSize: [Int])
  /// More positions in all images of a batch than 32-bit numbers can count.
  case tooManyPositions(batchSize: Int, spatialSize: [Int])
}

extension SiteError: CustomStringConvertible {
  /// One sentence that names the value and the remedy.
  public var description: String {
    switch self {
    case .dimension(let dimension):
      "sites have 1 to 4 dimensions, not \(dimension)"
    case .size(let batchSize, let spatialSize):
      "a batch of \(batchSize) events of size \(spatialSize) is not possible: sizes start at one"
    case .keyTooLong(let batchSize, let spatialSize):
      "\(batchSize) events of size \(spatialSize) need keys of more than 63 bits: "
        + "use a smaller image or fewer events a batch"
    case .coordinateCount(let count, let dimension):
      "a site of \(dimension) dimensions has no \(count) coordinates"
    case .eventOutside(let event, let batchSize):
      "event \(event) is outside the batch of \(batchSize)"
    case .coordinateOutside(let coordinate, let axis, let spatialSize):
      "coordinate \(coordinate) on axis \(axis) is outside the size \(spatialSize)"
    case .keyOutside(let row, let spatialSize):
      "the key of row \(row) is outside the size \(spatialSize)"
    case .duplicate(let place, let event):
      "site \(place) of event \(event) occurs twice: sites must be distinct"
    case .unsorted(let place, let row):
      "site \(place) in row \(row) is out of order: sort the sites first"
    case .tooManySites(let count):
      "\(count) sites are more than one batch can hold (\(Int32.max - 1))"
    case .filter, .filterTooLong, .filterDimension, .indivisible, .nothingToInvert,
      .ambiguousInverse, .filterTooLarge, .filterCells, .submanifoldStride, .grownTooLarge,
      .targetSize:
      filterDescription
    case .tooManyPoints, .pointCoordinates, .pointEvent, .pointOutside, .pointKey, .radius,
      .maskCount, .differentSizes, .tooManyPositions:
      pointDescription
    }
  }

  private var filterDescription: String {
    switch self {
    case .filter(let filter):
      "a filter of size \(filter.size), stride \(filter.stride) and dilation \(filter.dilation) is "
        + "not possible: give each a number from one up for every axis"
    case .filterTooLong(let filter):
      "a filter of size \(filter.size) and dilation \(filter.dilation) is too long: it may span "
        + "\(SitePacking.guardBand) sites along an axis"
    case .filterTooLarge(let filter):
      "a filter of size \(filter.size) has too many cells: at most \(FilterGeometry.largestVolume)"
    case .filterCells(let filter):
      "the cells of filter \(filter) are not possible: give distinct positions from zero to below "
        + "the size on every axis, at least one"
    case .submanifoldStride(let filter):
      "a submanifold filter moves by one site, not by stride \(filter.stride): leave the stride out"
    case .filterDimension(let size, let spatialSize):
      "a filter of size \(size) does not fit sites of size \(spatialSize)"
    case .indivisible(let filter, let spatialSize, let axis):
      "a filter of extent \(filter.extent) and stride \(filter.stride) does not divide images of "
        + "size \(spatialSize) on axis \(axis): use size "
        + filter.divisibleSizes(around: spatialSize, axis: axis).map(String.init)
        .joined(separator: " or ") + " there, or fewer downsamplings"
    case .grownTooLarge(let filter, let spatialSize):
      "a full convolution of filter \(filter) on images of size \(spatialSize) makes larger ones "
        + "than can be numbered: use a smaller stride"
    case .targetSize(let filter, let batchSize, let spatialSize, let foundBatchSize, let found):
      "filter \(filter) writes \(batchSize) events of size \(spatialSize), but the given output "
        + "sites are of \(foundBatchSize) events of size \(found): give sites of that size"
    case .nothingToInvert(let filter, let spatialSize):
      "an inverse operator of filter \(filter) has no strided one to invert on sites of size "
        + "\(spatialSize): use the same filter and stride as on the way down"
    case .ambiguousInverse(let filter, let spatialSize, let candidates):
      "an inverse operator of filter \(filter) on sites of size \(spatialSize) could go "
        + "back to \(candidates) different site sets"
    default: ""
    }
  }
}
