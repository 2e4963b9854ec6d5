import Autodiff
import Sites

/// Plans a network for batches on another thread than the one that trains it.
///
/// Planning walks the layers over sites and shapes. It reads what a layer was built with and never a
/// parameter's value, which is all that training changes: that is why this may cross threads where
/// the network itself may not.
public struct NetworkPlanner: @unchecked Sendable {
  private let network: any Layer<SparseTensor>
  private let inputChannels: Int

  /// A planner for a network that reads this many channels.
  public init(_ network: any Layer<SparseTensor>, inputChannels: Int) {
    self.network = network
    self.inputChannels = inputChannels
  }

  /// All rulebooks that the network needs on these sites.
  ///
  /// - Throws: `LayerError` or `SiteError` when image size or channels do not fit the network.
  public func plan(_ sites: SiteSet) throws -> Plan {
    let plan = Plan(sites)
    _ = try network(SparseTensor(planning: plan, channels: inputChannels))
    return plan
  }
}
