import Autodiff
import GoldenFiles
import Layers
import Reference
import Sites
import Tensors
import TestSites
import Testing

/// One case of `layers.h5`, run through production layers and compared by coordinate.
struct GoldenLayerCase {
  let golden: GoldenGroup

  init(_ name: String) throws {
    golden = try GoldenFile.open("layers.h5").group(name)
  }

  /// The names of all cases of these operations.
  static func names(_ operations: String...) -> [String] {
    guard let groups = try? GoldenFile.open("layers.h5").root.groups() else { return [] }
    return groups.filter { golden in
      operations.contains((try? golden.text("op")) ?? "")
    }.map(\.name)
  }

  /// The sites of a dataset, in an image of the size an attribute tells, or just large enough.
  func sites(_ dataset: String, size attribute: String = "in_spatial_size") throws -> SiteSet {
    let sites = try golden.sites(dataset)
    let dimension = try golden.integer("dimension")
    let smallest = (1...dimension).map { axis in (sites.map { $0[axis] }.max() ?? 0) + 1 }
    let events = (sites.map { $0[0] }.max() ?? 0) + 1
    return try siteSet(
      sites,
      batchSize: golden.hasAttribute("batch_size") ? golden.integer("batch_size") : events,
      spatialSize: golden.hasAttribute(attribute) ? golden.integerList(attribute) : smallest)
  }

  /// The rows of a dataset brought into the order of a site set.
  func tensor(_ dataset: String, at coordinateDataset: String, on sites: SiteSet) throws -> Tensor {
    let numbers = try rowNumbers(of: golden.sites(coordinateDataset))
    let values = try golden.rows(dataset)
    let ordered = try coordinates(sites).map { values[try #require(numbers[$0])] }
    return TestSites.tensor(ordered, channels: try golden.shape(of: dataset)[1])
  }

  /// Expects a tensor to agree with a dataset by coordinate.
  ///
  /// - Returns: the error relative to `max(1, largest value)`.
  @discardableResult
  func expect(
    _ tensor: Tensor, on sites: SiteSet, equals dataset: String, at coordinateDataset: String,
    tolerance: Double = 1e-5
  ) throws -> Double {
    let goldenSites = try golden.sites(coordinateDataset)
    #expect(coordinates(sites) == sortedSites(goldenSites), "\(golden.name): sites of \(dataset)")
    let values = try golden.rows(dataset)
    let difference = compare(
      rows(tensor), with: sortingOrder(of: goldenSites).map { values[$0] })
    #expect(difference.scaledError <= tolerance, "\(golden.name) \(dataset): \(difference)")
    return difference.scaledError
  }

  /// Expects a parameter's gradient to agree with a dataset.
  func expect(
    gradientOf parameter: Parameter?, equals dataset: String, tolerance: Double = 1e-5
  ) throws {
    guard let parameter else {
      #expect(!golden.hasDataset(dataset))
      return
    }
    let difference = try compare(parameter.gradientDoubles, with: golden.doubles(dataset))
    #expect(difference.scaledError <= tolerance, "\(golden.name) \(dataset): \(difference)")
  }

  /// Gives a layer the case's weight and bias.
  func load(_ weight: Parameter, _ bias: Parameter?) throws {
    try weight.set(golden.doubles("weight"))
    if let bias { try bias.set(golden.doubles("bias")) }
  }

  /// Runs a layer with a weight forward and backward and compares everything.
  func check(
    _ plan: Plan, weight: Parameter? = nil, bias: Parameter? = nil,
    layer: (SparseTensor) throws -> SparseTensor
  ) throws {
    if let weight { try load(weight, bias) }
    let pass = try LayerPass(tensor("in_features", at: "in_coords", on: plan.sites), plan: plan) {
      try layer($0)
    }
    let sites = pass.output.sites
    try expect(pass.output.features.value, on: sites, equals: "out_features", at: "out_coords")
    let gradient = try pass.inputGradient(
      from: tensor("grad_out", at: "out_coords", on: sites))
    try expect(gradient, on: plan.sites, equals: "grad_in", at: "in_coords")
    guard let weight else { return }
    try expect(gradientOf: weight, equals: "grad_weight")
    try expect(gradientOf: bias, equals: "grad_bias")
  }

  /// A plan for the coarse sites of a case that goes back to fine ones.
  func inversePlan() throws -> Plan {
    let fine = try sites("fine_coords", size: "out_spatial_size")
    let plan = Plan(try sites("in_coords"))
    _ = try plan.strided(
      fine,
      FilterGeometry(
        size: golden.integerList("filter_size"), stride: golden.integerList("filter_stride")))
    return plan
  }

  /// Channels and geometry, as constructors of layers want them.
  func integer(_ attribute: String) throws -> Int { try golden.integer(attribute) }
  /// A list of extents.
  func extents(_ attribute: String) throws -> [Int] { try golden.integerList(attribute) }
  /// Groups of channels that do not mix.
  func groups() throws -> Int {
    golden.hasAttribute("groups") ? try golden.integer("groups") : 1
  }
  /// Whether the case has a bias.
  var hasBias: Bool { golden.hasDataset("bias") }
}
