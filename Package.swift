// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Internal invariant checks cost time, so only the test build asks for them (`tools/test`).
let checksInvariants = ProcessInfo.processInfo.environment["SUBMANIFOLD_INVARIANTS"] != nil

let settings: [SwiftSetting] =
  [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]
  + (checksInvariants ? [.define("SUBMANIFOLD_INVARIANTS")] : [])

func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
  .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

/// Inner loops for one instruction set: the same sources, compiled for other processors.
func kernels(_ name: String, flags: [String] = []) -> Target {
  .target(
    name: name, dependencies: ["KernelOperands", "CProcessor"],
    swiftSettings: settings + [.unsafeFlags(["-Ounchecked"] + flags)])
}

/// Instruction sets beyond the baseline, where the host that builds has the like.
#if arch(x86_64)
  let processorFlags = (avx2: ["-Xcc", "-march=x86-64-v3"], avx512: ["-Xcc", "-march=x86-64-v4"])
  /// Products of bfloat16, for which Swift has neither numbers nor instructions: x86-64 only.
  let bfloat16Kernels = [
    kernels(
      "KernelsBFloat16", flags: processorFlags.avx512 + ["-Xcc", "-mavx512bf16"])
  ]
#else
  let processorFlags = (avx2: [String](), avx512: [String]())
  let bfloat16Kernels = [Target]()
#endif

let package = Package(
  name: "Submanifold",
  products: [
    .executable(name: "cosmic-tagger", targets: ["cosmic-tagger"]),
    .executable(name: "shape-classifier", targets: ["shape-classifier"]),
    .executable(name: "sparse-benchmark", targets: ["sparse-benchmark"]),
    .library(
      name: "Submanifold",
      targets: [
        "Tensors", "Sites", "Kernels", "Autodiff", "Layers", "DenseLayers", "Networks", "Training",
        "HDF5Files", "Files",
      ]),
    .library(name: "LArCV", targets: ["LArCV"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // System libraries and the C++ coordinate hash: no Swift of ours below this floor.
    .systemLibrary(
      name: "CHDF5", path: "Sources/CHDF5", pkgConfig: "hdf5",
      providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "CBLAS", path: "Sources/CBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CPNG", path: "Sources/CPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib",
      providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CDeflate", path: "Sources/CDeflate", pkgConfig: "libdeflate",
      providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(
      name: "CONEDNN", path: "Sources/CONEDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(
      name: "CMPI", path: "Sources/CMPI", pkgConfig: "mpi-c",
      providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(name: "CProcessor", path: "Sources/CProcessor"),
    .target(name: "CSparseHash", path: "CSparseHash"),

    module("Files"),

    // The engine.
    module("Tensors"),
    module("Sites", ["CSparseHash"]),
    module("KernelOperands"),
    kernels("KernelsBaseline"),
    kernels("KernelsAVX2", flags: processorFlags.avx2),
    kernels("KernelsAVX512", flags: processorFlags.avx512),
    module(
      "Kernels",
      [
        "KernelOperands", "KernelsAVX512", "KernelsAVX2", "KernelsBaseline", "Tensors", "CBLAS",
        "CProcessor",
      ] + bfloat16Kernels.map { .target(name: $0.name) }),
    module("Autodiff", ["Tensors"]),
    module("Layers", ["Sites", "Kernels", "Autodiff", "Tensors"]),
    module("DenseLayers", ["Layers", "Kernels", "Autodiff", "Sites", "Tensors", "CONEDNN"]),
    module("Networks", ["Layers", "DenseLayers", "Autodiff", "Sites", "Tensors"]),
    module("Distributed", ["Tensors", "CMPI"]),
    module(
      "Training",
      [
        "Layers", "Autodiff", "Kernels", "Sites", "Tensors", "Distributed", "HDF5Files", "Files",
        "CZlib",
      ]),

    .executableTarget(
      name: "shape-classifier",
      dependencies: ["Autodiff", "Layers", "Sites", "Tensors", "Training"],
      swiftSettings: settings),

    // Events.
    module("HDF5Files", ["Files", "CHDF5"]),
    module("LArCV", ["HDF5Files", "Files", "CHDF5", "CDeflate"]),
    module("LArTPCSimulation", ["LArCV", "Tensors"]),

    // The experiment and its command line.
    module(
      "Telemetry",
      ["Files", "CPNG", .product(name: "SwiftProtobuf", package: "swift-protobuf")],
      exclude: ["TensorBoard/event.proto"]),
    module(
      "CosmicTagger",
      [
        "Networks", "DenseLayers", "Layers", "Autodiff", "Kernels", "Sites", "Tensors", "Training",
        "Distributed", "HDF5Files", "Files",
        "LArCV", "LArTPCSimulation", "Telemetry", "CZlib",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ]),
    .executableTarget(
      name: "cosmic-tagger",
      dependencies: [
        "CosmicTagger", "Distributed", "LArTPCSimulation", "Networks", "Sites", "Tensors",
        "Training", .product(name: "Logging", package: "swift-log"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    .executableTarget(
      name: "sparse-benchmark",
      dependencies: [
        "CosmicTagger", "Kernels", "Layers", "Networks", "Sites", "Telemetry", "Tensors",
        "Training", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    // Oracles: written from the definitions, importing nothing of the above.
    .target(name: "Reference", path: "Tests/Reference", swiftSettings: settings),
    .target(
      name: "GoldenFiles", dependencies: ["CHDF5"], path: "Tests/GoldenFiles",
      swiftSettings: settings),

    .target(name: "EventFiles", path: "Tests/EventFiles", swiftSettings: settings),

    .target(name: "DamagedFiles", path: "Tests/DamagedFiles", swiftSettings: settings),

    // Production's sites and values, written as the oracles write them.
    .target(
      name: "TestSites", dependencies: ["Autodiff", "Sites", "Tensors"], path: "Tests/TestSites",
      swiftSettings: settings),

    // Ranks that are threads, so that tests can look at all of them.
    .target(
      name: "RankThreads", dependencies: ["Distributed"], path: "Tests/RankThreads",
      swiftSettings: settings),

    tests("FilesTests", ["Files"]),
    tests("TensorsTests", ["Tensors"]),
    tests("SitesTests", ["Sites", "Reference", "TestSites"]),
    tests(
      "KernelsTests",
      ["Kernels", "KernelOperands", "Sites", "Tensors", "Reference", "TestSites"]),
    tests("DistributedTests", ["Distributed", "Tensors", "RankThreads"]),
    tests("AutodiffTests", ["Autodiff", "Tensors"]),
    tests(
      "LayersTests",
      ["Layers", "Autodiff", "Sites", "Tensors", "Reference", "TestSites", "GoldenFiles"]),
    tests(
      "DenseLayersTests",
      ["DenseLayers", "Layers", "Autodiff", "Sites", "Tensors", "Reference", "TestSites"]),
    tests(
      "NetworksTests",
      [
        "Networks", "DenseLayers", "Layers", "Autodiff", "Sites", "Tensors", "Training",
        "Reference",
        "TestSites", "GoldenFiles",
      ]),
    tests(
      "TrainingTests",
      [
        "Training", "Networks", "DenseLayers", "Layers", "Autodiff", "Sites", "Tensors",
        "HDF5Files", "Files", "Distributed", "RankThreads", "Reference", "TestSites", "GoldenFiles",
        "DamagedFiles",
      ],
      exclude: ["Fixtures"]),
    tests("LArCVTests", ["LArCV", "HDF5Files", "Files", "CHDF5", "DamagedFiles"]),
    tests("LArTPCSimulationTests", ["LArTPCSimulation", "LArCV"]),
    tests("TelemetryTests", ["Telemetry", "Files", "EventFiles"]),
    tests(
      "CosmicTaggerTests",
      [
        "CosmicTagger", "Training", "Networks", "Layers", "Sites", "Tensors", "LArCV",
        "LArTPCSimulation", "Telemetry", "Files", "Distributed", "RankThreads", "Reference",
        "TestSites", "EventFiles", .product(name: "Logging", package: "swift-log"),
      ]),
    tests(
      "CommandLineTests",
      ["cosmic-tagger", "shape-classifier", "sparse-benchmark", "CosmicTagger", "LArCV"],
      exclude: ["Snapshots"]),
  ] + bfloat16Kernels,
  cxxLanguageStandard: .cxx17
)
