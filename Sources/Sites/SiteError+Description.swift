extension SiteError: CustomStringConvertible {
  /// One sentence that names the value and the remedy.
  ///
  /// One switch, so that the compiler asks for the sentence of every case.
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
    case .tooManyEvents(let count):
      "\(count) events are more than one batch can hold (\(Int32.max - 1))"
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
        + "\(spatialSize): use the same filter and stride as on the way down, on the sites that "
        + "came of it"
    case .ambiguousInverse(let filter, let spatialSize, let candidates):
      "an inverse operator of filter \(filter) on sites of size \(spatialSize) could go "
        + "back to \(candidates) different site sets"
    case .tooManyPoints(let count):
      "\(count) points are more than one batch can hold (\(Int32.max - 1))"
    case .pointCoordinates(let count, let points, let dimension):
      "\(count) coordinates do not make \(points) points of \(dimension) dimensions: "
        + "\(dimension) are needed for each point"
    case .pointEvent(let event, let point, let batchSize):
      "point \(point) is of event \(event), which is outside the batch of \(batchSize)"
    case .pointOutside(let coordinate, let axis, let point, let spatialSize):
      "point \(point) has coordinate \(coordinate) on axis \(axis), which is outside the size "
        + "\(spatialSize): leave the point out or use a larger image"
    case .pointKey(let point, let spatialSize):
      "the key of point \(point) is outside the size \(spatialSize): make keys with the packing "
        + "the map is made with"
    case .radius(let radius):
      "sites cannot be searched within a radius of \(radius): it starts at zero, the site's own "
        + "place"
    case .maskCount(let count, let sites):
      "a mask of \(count) does not tell which of \(sites) sites to keep: it needs one for each"
    case .differentSizes(let batchSize, let spatialSize, let otherBatchSize, let otherSpatialSize):
      "sites of \(batchSize) events of size \(spatialSize) and of \(otherBatchSize) events of size "
        + "\(otherSpatialSize) do not belong together: batch and image must be the same"
    case .tooManyPositions(let batchSize, let spatialSize):
      "\(batchSize) full images of size \(spatialSize) have more positions than can be counted "
        + "(\(Int32.max - 1)): use fewer events a batch or a smaller image"
    }
  }
}
