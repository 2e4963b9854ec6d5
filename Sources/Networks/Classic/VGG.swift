import Layers

/// One step of a `vgg`.
public enum VGGStage: Hashable, Sendable {
  /// A submanifold convolution: SparseConvNet's `['C', 16]`.
  ///
  /// More numbers join excursions to coarser images: `[16, 8, 8]` has 16 channels from the sites
  /// themselves, 8 from once and 8 from twice halved ones (SparseConvNet's `['C', 16, 8, 8]`).
  case convolution([Int])
  /// A convolution of size 3 and stride 2: SparseConvNet's `['C3/2', 32]`.
  case strided(Int)
  /// Max pooling: SparseConvNet's `'MP'` is of size 3 and stride 2.
  case maxPooling(Downsampling)
}

extension Convolutions {
  /// SparseConvNet's `SparseVggNet`: sites in → sites as much coarser as the stages say.
  ///
  /// Every convolution is followed by normalisation and ReLU. (Simonyan and Zisserman,
  /// arXiv:1409.1556.)
  ///
  /// ```swift
  /// let features = SparseConvolutions(seed: 1).vgg(
  ///   dimension: 2, inputChannels: 1,
  ///   stages: [
  ///     .convolution([8]), .maxPooling(Downsampling(size: 3, stride: 2)), .convolution([16, 8]),
  ///   ])
  /// ```
  public func vgg(
    dimension: Int, inputChannels: Int, stages: [VGGStage]
  ) -> Sequential<Features> {
    let make = ClassicLayers(backend: self, dimension: dimension)
    var channels = inputChannels
    var layers: [any Layer<Features>] = []
    for stage in stages {
      switch stage {
      case .maxPooling(let window):
        layers.append(
          maxPooling(size: make.extents(window.size), stride: make.extents(window.stride)))
      case .strided(let output):
        layers += [make.down(channels, output, .overlapping), make.normalization(output)]
        channels = output
      case .convolution(let outputs):
        layers.append(make.convolution(channels, outputs))
        channels = outputs.reduce(0, +)
        layers.append(make.normalization(channels))
      }
    }
    return Sequential(numbered: layers)
  }
}

extension Downsampling {
  /// Windows of three that step by two: sizes must be odd.
  fileprivate static let overlapping = Downsampling(size: 3, stride: 2)
}

extension ClassicLayers {
  /// A convolution on the sites, joined with ever deeper excursions.
  fileprivate func convolution(_ input: Int, _ outputs: [Int]) -> Step {
    let branches = outputs.enumerated().map { depth, output in
      depth == 0
        ? submanifold(input, output)
        : Sequential(numbered: excursion(input, output, depth: depth))
    }
    return branches.count == 1
      ? branches[0] : Branches(backend: backend, layers: branches, ending: .join)
  }

  /// Down `depth` times and back.
  private func excursion(_ input: Int, _ channels: Int, depth: Int) -> [Step] {
    let deeper =
      depth > 1
      ? excursion(channels, channels, depth: depth - 1)
        + [normalization(channels), submanifold(channels, channels), normalization(channels)]
      : []
    return [
      down(input, channels, .overlapping), normalization(channels),
      submanifold(channels, channels), normalization(channels),
    ] + deeper + [up(channels, channels, .overlapping)]
  }
}
