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
  /// More events than 32-bit row numbers can count.
  case tooManyEvents(Int)
}
