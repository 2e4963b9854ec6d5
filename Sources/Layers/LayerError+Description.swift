extension LayerError: CustomStringConvertible {
  /// One sentence that names the layer, the sizes and the remedy.
  ///
  /// One switch, so that the compiler asks for the sentence of every case.
  public var description: String {
    switch self {
    case .channels(let layer, let reads, let found):
      "\(layer) reads \(reads) channels, but its input has \(found)"
    case .featureRows(let rows, let sites):
      "\(rows) rows of features do not belong to a plan of \(sites) sites"
    case .tooManyChannels(let layer, let channels, let most):
      "\(layer) has \(channels) channels: use \(most) at most"
    case .differentTapes(let layer):
      "\(layer) has inputs of different tapes, whose gradients would be lost: run all of them on the "
        + "tape of the step"
    case .folded(let layer):
      "\(layer) has running statistics folded into its weights: train, and judge with the statistics "
        + "of a batch, the network that it was folded from"
    case .noInputs(let layer):
      "\(layer) has no inputs"
    case .unequalChannels(let layer, let channels):
      "\(layer) adds equal numbers of channels, not \(channels)"
    case .differentSites(let layer, let first, let other):
      "\(layer) joins branches on the same sites, but one has \(first.count) sites of size "
        + "\(first.spatialSize) and another \(other.count) of size \(other.spatialSize)"
    case .groups(let layer, let groups, let channels):
      "\(layer) cannot part \(channels) channels into \(groups) equal groups: "
        + "use a number of groups that divides them"
    case .setting(let layer, let name, let value, let allowed):
      "\(layer) cannot have \(name) \(value): use \(allowed)"
    case .pointRows(let layer, let rows, let points):
      "\(layer) has \(rows) rows of features for \(points) points: it needs one for each"
    case .pointSites(let layer, let points, let sites):
      "\(layer) has a map of points to \(points.count) sites of size \(points.spatialSize), but "
        + "features on \(sites.count) other sites of size \(sites.spatialSize)"
    case .duplicatePoint(let place, let event, let point, let earlier):
      "points \(earlier) and \(point) are both at \(place) in event \(event): take the first, the "
        + "last, the sum or the mean of such points, or leave one out"
    case .rowOutside(let layer, let row, let point, let sites):
      "\(layer) is asked for row \(row) for point \(point), but there are \(sites) sites: rows "
        + "start at 0, and -1 stands for none"
    case .needsValues(let layer):
      "\(layer) works on values, which a planning tape has not: plan the layers before it, and "
        + "those after it once values are there"
    case .channelOutside(let layer, let channel, let channels):
      "\(layer) looks at channel \(channel), but its input has \(channels): they are counted from 0"
    case .scores(let layer, let found, let sites):
      "\(layer) has \(found) scores for \(sites) sites: it needs one for each"
    case .denseTooLarge(let batchSize, let spatialSize, let channels):
      "\(batchSize) full images of size \(spatialSize) with \(channels) channels are more than "
        + "memory holds: use fewer events a batch, fewer channels or a coarser image"
    case .denseValues(let found, let batchSize, let spatialSize, let channels):
      "\(found) values do not make \(batchSize) full images of size \(spatialSize) with "
        + "\(channels) channels"
    case .fills(let layer, let found, let channels):
      "\(layer) has \(found) values for inactive positions, but its input has \(channels) "
        + "channels: give one value, or one for each channel"
    case .differentImages(let layer, let first, let other):
      "\(layer) adds branches on one image, but one has size \(first.spatialSize) and another "
        + "\(other.spatialSize), or their batches differ"
    case .notPerEvent(let layer, let found, let batchSize):
      "\(layer) needs one row for each of \(batchSize) events, as global pooling makes them, but "
        + "found \(found.count) sites of size \(found.spatialSize)"
    case .noWayBack(let layer, let spatialSize):
      "\(layer) goes back to the size before a layer of its filter, but none made the size "
        + "\(spatialSize)"
    case .notCovered(let layer, let spatialSize):
      "\(layer) does not cover images of size \(spatialSize) exactly: use fewer halvings, or images "
        + "whose extents they divide"
    case .needsPlanes(let layer, let spatialSize):
      "\(layer) takes sites of (plane, row, column), not of size \(spatialSize)"
    case .missingPixels(let sites, let pixels):
      "a network over full images needs all of their \(pixels) pixels, but only \(sites) are sites: "
        + "fill them in, or mask the others"
    case .denseFilter(let layer):
      "\(layer) cannot be computed on full images: use filters of 1×k×k, of p×1×1 with stride one, and "
        + "strides as large as the filter"
    case .differentPixels(let layer, let first, let other):
      "\(layer) takes images of one size, but one has size \(first) and another \(other), or their "
        + "batches differ"
    case .differentMasks(let layer):
      "\(layer) takes images of which the same pixels count, but here they differ: bring both down and "
        + "up by the same windows"
    case .needsAllPixels(let layer):
      "\(layer) lies between pixels, of which some do not count here: use UnPooling"
    case .noChannels(let layer):
      "\(layer) reads or writes no channels: give it one at least"
    }
  }
}
