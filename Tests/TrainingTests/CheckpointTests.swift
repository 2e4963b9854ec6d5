import Autodiff
import Files
import Foundation
import HDF5Files
import Layers
import Networks
import Tensors
import Testing
import Training

/// Proves that a checkpoint brings a network back in every bit, whatever the network is computed on.
@Suite("Checkpoints")
struct CheckpointTests {
  @Test(
    "a network written in one mode comes back in every bit in each",
    arguments: NetworkMode.allCases,
    NetworkMode.allCases)
  func roundTrip(written: NetworkMode, loaded: NetworkMode) throws {
    let scratch = try Scratch()
    let (source, target) = (try written.network(), try loaded.network(seed: 6))
    source.fill(seed: 1)
    #expect(source.bits != target.bits)
    let settings = ["network-depth": "2", "empty": "", "quoted \"name\"": "ν → μ, 100 %\n"]
    let checkpoint = Checkpoint(of: source, step: 500, configuration: settings)
    try checkpoint.write(to: scratch.file("model-500.h5"))
    #expect(scratch.contents == ["model-500.h5"])
    let read = try Checkpoint(contentsOf: scratch.file("model-500.h5"))
    #expect(read == checkpoint)
    #expect(read.step == 500)
    #expect(read.configuration == settings)
    #expect(read.parameters.count == source.namedParameters.count)
    try read.load(into: target, file: "model-500.h5", remedy: "none is needed")
    #expect(target.namedParameters.map(\.name) == source.namedParameters.map(\.name))
    #expect(target.bits == source.bits)
  }

  @Test("every structure of a network, running statistics or none, biases or none")
  func structures() throws {
    let changes: [(inout Networks.UResNetConfiguration) -> Void] = [
      { $0.batchNorm = false }, { $0.bias = false }, { $0.residual = false },
      { $0.connections = .sum }, { $0.deepest = .convolved },
      {
        $0.splitScope = .eachPlane
        $0.normalizationScope = .eachPlane
      },
      { $0.downsampling = .convolutional },
    ]
    let scratch = try Scratch()
    for change in changes {
      let source = try NetworkMode.sparse.network(change)
      source.fill(seed: 2)
      try Checkpoint(of: source, step: 0).write(to: scratch.file("model.h5"))
      let target = try NetworkMode.masked.network(seed: 7, change)
      try Checkpoint(contentsOf: scratch.file("model.h5")).load(
        into: target, file: "model.h5", remedy: "none is needed")
      #expect(target.bits == source.bits)
    }
  }

  @Test("parameters are in the order of their names, whatever order they were given in")
  func order() throws {
    let names = ["b.weight", "a10", "a2", "B", "é", "a.b"]
    let entries = names.map { Checkpoint.Entry(name: $0, shape: [1], values: [1]) }
    let checkpoint = Checkpoint(parameters: entries, step: 1)
    #expect(checkpoint.parameters.map(\.name) == ["B", "a.b", "a10", "a2", "b.weight", "é"])
    let scratch = try Scratch()
    try checkpoint.write(to: scratch.file("a.h5"))
    #expect(try Checkpoint(contentsOf: scratch.file("a.h5")) == checkpoint)
  }

  @Test("no parameters, arrays without values, and up to four extents")
  func shapes() throws {
    let scratch = try Scratch()
    let shapes = [[0], [2, 0], [1], [3, 2], [2, 1, 3], [2, 2, 1, 3]]
    let entries = shapes.enumerated().map { number, shape in
      Checkpoint.Entry(
        name: "p\(number)", shape: shape,
        values: (0..<shape.reduce(1, *)).map { Float($0) + 0.5 })
    }
    for entries in [[], entries] {
      let checkpoint = Checkpoint(parameters: entries, step: .max)
      try checkpoint.write(to: scratch.file("a.h5"))
      #expect(try Checkpoint(contentsOf: scratch.file("a.h5")) == checkpoint)
    }
  }

  @Test("as many parameters as deep networks have")
  func manyParameters() throws {
    let scratch = try Scratch()
    let entries = (0..<6000).map {
      Checkpoint.Entry(
        name: "level\($0 % 12).block\($0 / 12).weight", shape: [1], values: [Float($0)])
    }
    let checkpoint = Checkpoint(parameters: entries, step: 3)
    try checkpoint.write(to: scratch.file("deep.h5"))
    #expect(try Checkpoint(contentsOf: scratch.file("deep.h5")) == checkpoint)
  }

  @Test("a file of the same name is replaced as a whole")
  func replaced() throws {
    let scratch = try Scratch()
    let (first, second) = (
      try NetworkMode.sparse.network(), try NetworkMode.sparse.network(seed: 9)
    )
    try Checkpoint(of: first, step: 1).write(to: scratch.file("model.h5"))
    try Checkpoint(of: second, step: 2).write(to: scratch.file("model.h5"))
    #expect(scratch.contents == ["model.h5"])
    #expect(
      try Checkpoint(contentsOf: scratch.file("model.h5")) == Checkpoint(of: second, step: 2))
  }

  @Test("a folder that is missing, a file in place of a folder, and a folder in place of a file")
  func unwritable() throws {
    let scratch = try Scratch()
    let checkpoint = Checkpoint(of: try NetworkMode.sparse.network(), step: 1)
    try scratch.write(Data("text".utf8), to: "text")
    for (path, kind, sentence) in [
      (
        scratch.file("none/model.h5"), FileError.Kind.inputOutput,
        "cannot be made (No such file or directory); check its directory"
      ),
      (
        scratch.file("text/model.h5"), .inputOutput,
        "cannot be made (Not a directory); check its directory"
      ),
      (scratch.path, .usage, "cannot be a file's name; give the path of a file"),
      ("", .usage, "cannot be a file's name; give the path of a file"),
    ] {
      let error = #expect(throws: FileError.self) { try checkpoint.write(to: path) }
      #expect(error == FileError(kind, "\(path): \(sentence)"))
    }
    #expect(scratch.contents == ["text"])
  }

  /// Whoever is root may write anywhere.
  @Test("a folder that is not to be written to", .enabled(if: geteuid() != 0))
  func readOnlyFolder() throws {
    let scratch = try Scratch()
    let checkpoint = Checkpoint(of: try NetworkMode.sparse.network(), step: 1)
    try checkpoint.write(to: scratch.file("model.h5"))
    let before = try scratch.data("model.h5")
    chmod(scratch.path, 0o555)
    defer { chmod(scratch.path, 0o755) }
    let error = #expect(throws: FileError.self) {
      try checkpoint.write(to: scratch.file("model.h5"))
    }
    #expect(
      error?.message
        == "\(scratch.file("model.h5")): cannot be made (Permission denied); check its directory")
    #expect(scratch.contents == ["model.h5"])
    #expect(try scratch.data("model.h5") == before)
  }
}
