extension SiteError {
  /// The sentences of what goes wrong between points, images and several site sets.
  var pointDescription: String {
    switch self {
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
    default: ""
    }
  }
}
