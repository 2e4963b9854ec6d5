import Autodiff
import Sites

extension Layer where Features == SparseTensor {
  /// Checks that the network fits images of a size, before any event is read.
  ///
  /// The network walks over an image without sites, which takes about a millisecond.
  ///
  /// - Parameters:
  ///   - spatialSize: number of positions along each axis.
  ///   - channels: number of features of each input site.
  /// - Returns: the layers with the size of the image each one makes.
  /// - Throws: `PlanningError` that names the layer at fault, and where the size is the reason the
  ///   next larger size that works.
  @discardableResult
  public func plan(for spatialSize: [Int], channels: Int = 1) throws -> NetworkSummary {
    let packing = try SitePacking(batchSize: 1, spatialSize: spatialSize)
    return try summary(for: SiteSet(packing: packing, sortedKeys: []), channels: channels)
  }

  /// All rulebooks that the network needs on these sites.
  ///
  /// - Parameters:
  ///   - channels: number of features of each site.
  ///   - index: how neighbours are looked up; rulebooks are the same by any.
  /// - Throws: `PlanningError` as `plan(for: spatialSize)` does.
  public func plan(
    for sites: SiteSet, channels: Int = 1, index: SiteIndexKind = .automatic
  ) throws -> Plan {
    let plan = Plan(sites, index: index)
    do {
      // Names and lines of layers take longer than many a rulebook: they are asked for only where
      // they have something to say.
      _ = try self(SparseTensor(planning: plan, channels: channels))
    } catch {
      try walk(plan, channels: channels)
      throw error
    }
    return plan
  }

  /// What the network makes of these sites, layer by layer.
  ///
  /// - Throws: `PlanningError` as `plan(for: spatialSize)` does.
  public func summary(for sites: SiteSet, channels: Int = 1) throws -> NetworkSummary {
    let trace = try walk(Plan(sites), channels: channels)
    return NetworkSummary(
      entries: trace.entries, parameterCount: parameterCount, inputSites: sites.count)
  }

  @discardableResult
  private func walk(_ plan: Plan, channels: Int) throws -> Trace {
    let trace = Trace()
    do {
      let input = SparseTensor(planning: plan, channels: channels, trace: trace)
      // A network that is a single layer has no part to be named.
      _ = try parts.isEmpty ? self(input, named: "\(Self.self)") : self(input)
      return trace
    } catch {
      let remedy = try? SizeSearch(channels: channels).workingSize(from: plan.sites.spatialSize) {
        _ = try self($0)
      }
      throw PlanningError(
        path: trace.path, layer: trace.layer, spatialSize: plan.sites.spatialSize, reason: error,
        workingSize: remedy.flatMap { $0 == plan.sites.spatialSize ? nil : $0 })
    }
  }
}

/// Looks for an image size that a network can halve as often as it wants to.
private struct SizeSearch {
  let channels: Int

  /// Sizes tried along all axes together: a network that halves eight times finds its size.
  static let patience = 2048

  /// The smallest size at least as large that no strided filter refuses, or nothing.
  ///
  /// The conditions of the axes do not depend on each other, and a refusal names its axis: that one
  /// is made longer until it passes.
  func workingSize(
    from spatialSize: [Int], _ network: (SparseTensor) throws -> Void
  ) throws -> [Int]? {
    var size = spatialSize
    for _ in 0..<Self.patience {
      do {
        let packing = try SitePacking(batchSize: 1, spatialSize: size)
        let plan = Plan(try SiteSet(packing: packing, sortedKeys: []))
        try network(SparseTensor(planning: plan, channels: channels))
        return size
      } catch SiteError.indivisible(_, _, let axis) {
        size[axis] += 1
      }
    }
    return nil
  }
}

/// Plans a network for batches on another thread than the one that trains it.
///
/// Planning walks the layers over sites and shapes. It reads what a layer was built with and never a
/// parameter's value, which is all that training changes: that is why this may cross threads where
/// the network itself may not.
public struct NetworkPlanner: @unchecked Sendable {
  private let network: any Layer<SparseTensor>
  private let inputChannels: Int
  private let index: SiteIndexKind

  /// A planner for a network that reads this many channels.
  ///
  /// - Parameter index: how neighbours are looked up: a matter of time and memory, never of what a
  ///   plan says.
  public init(
    _ network: any Layer<SparseTensor>, inputChannels: Int, index: SiteIndexKind = .automatic
  ) {
    self.network = network
    self.inputChannels = inputChannels
    self.index = index
  }

  /// All rulebooks that the network needs on these sites.
  ///
  /// - Throws: `PlanningError` when image size or channels do not fit the network.
  public func plan(_ sites: SiteSet) throws -> Plan {
    try network.plan(for: sites, channels: inputChannels, index: index)
  }
}
