import Networks

/// SparseConvNet's ready networks, composed as its `networkArchitectures.py` composes them.
extension ClassicOracle {
  /// Blocks, window and kind of the networks of several levels.
  struct Levels {
    var repetitions = 1
    let channels: [Int]
    var residual = false
    var size = 2
    var stride = 2
  }

  /// One block: normalisation and convolution, or two of both beside a skip connection.
  private func block(
    _ x: OracleImage, _ name: String, _ channels: Int, residual: Bool
  ) -> OracleImage {
    guard residual else {
      return submanifold(normalization(x, "\(name).0"), "\(name).1", channels)
    }
    let skip = x.channels == channels ? x : linear(x, "\(name).0", channels)
    var y = submanifold(normalization(x, "\(name).1.0"), "\(name).1.1", channels)
    y = submanifold(normalization(y, "\(name).1.2"), "\(name).1.3", channels)
    return sum(skip, y)
  }

  /// `UNet`.
  func unet(_ input: OracleImage, _ levels: Levels, prefix: String = "") -> OracleImage {
    let (own, reps) = (levels.channels[0], levels.repetitions)
    var x = input
    for number in 0..<reps {
      x = block(x, "\(prefix)\(number)", own, residual: levels.residual)
    }
    guard levels.channels.count > 1 else { return x }
    let below = "\(prefix)\(reps).1."
    var y = down(
      normalization(x, below + "0"), below + "1", levels.channels[1], size: levels.size,
      stride: levels.stride)
    y = unet(y, levels.below, prefix: below + "2.")
    y = up(
      normalization(y, below + "3"), below + "4", own, onto: x, size: levels.size,
      stride: levels.stride)
    x = joined(x, y)
    for number in 0..<reps {
      x = block(x, "\(prefix)\(reps + 1 + number)", own, residual: levels.residual)
    }
    return x
  }

  /// `FullyConvolutionalNet`.
  func fullyConvolutionalNet(
    _ input: OracleImage, _ levels: Levels, prefix: String = ""
  ) -> OracleImage {
    let reps = levels.repetitions
    var x = input
    for number in 0..<reps {
      x = block(x, "\(prefix)\(number)", levels.channels[0], residual: levels.residual)
    }
    guard levels.channels.count > 1 else { return x }
    let below = "\(prefix)\(reps).1."
    var y = down(
      normalization(x, below + "0"), below + "1", levels.channels[1], size: levels.size,
      stride: levels.stride)
    y = fullyConvolutionalNet(y, levels.below, prefix: below + "2.")
    y = unPool(y, below + "3", onto: x, size: levels.size, stride: levels.stride)
    return joined(x, y)
  }

  /// `SparseResNet`.
  func resNet(_ input: OracleImage, _ stages: [ResNetStage]) -> OracleImage {
    var (x, place) = (input, 0)
    for stage in stages {
      for repetition in 0..<stage.blocks {
        if repetition > 0 {
          x = block(x, "\(place)", stage.channels, residual: true)
          place += 1
          continue
        }
        x = normalization(x, "\(place)")
        let name = "\(place + 1)"
        let first =
          stage.stride == 1
          ? submanifold(x, name + ".0.0", stage.channels)
          : down(x, name + ".0.0", stage.channels, stride: stage.stride)
        let branch = submanifold(
          normalization(first, name + ".0.1"), name + ".0.2", stage.channels)
        let skip =
          stage.stride > 1
          ? down(x, name + ".1", stage.channels, stride: stage.stride)
          : x.channels == stage.channels ? x : linear(x, name + ".1", stage.channels)
        x = sum(branch, skip)
        place += 2
      }
    }
    return normalization(x, "\(place)")
  }

  /// `SparseVggNet`, with excursions to once and twice halved images.
  func vgg(_ input: OracleImage, _ stages: [VGGStage]) -> OracleImage {
    var (x, place) = (input, 0)
    for stage in stages {
      let name = "\(place)"
      switch stage {
      case .maxPooling(let window):
        x = maxPool(x, name, size: window.size, stride: window.stride)
        place += 1
        continue
      case .strided(let channels): x = down(x, name, channels)
      case .convolution(let channels):
        guard channels.count > 1 else {
          x = submanifold(x, name, channels[0])
          break
        }
        var joint = submanifold(x, name + ".0", channels[0])
        joint = joined(joint, once(x, name + ".1.", channels[1]))
        if channels.count > 2 { joint = joined(joint, twice(x, name + ".2.", channels[2])) }
        x = joint
      }
      x = normalization(x, "\(place + 1)")
      place += 2
    }
    return x
  }

  private func once(_ x: OracleImage, _ name: String, _ channels: Int) -> OracleImage {
    var y = normalization(down(x, name + "0", channels), name + "1")
    y = normalization(submanifold(y, name + "2", channels), name + "3")
    return up(y, name + "4", channels, onto: x)
  }

  private func twice(_ x: OracleImage, _ name: String, _ channels: Int) -> OracleImage {
    var y = normalization(down(x, name + "0", channels), name + "1")
    y = normalization(submanifold(y, name + "2", channels), name + "3")
    let halved = y
    y = normalization(down(y, name + "4", channels), name + "5")
    y = normalization(submanifold(y, name + "6", channels), name + "7")
    y = normalization(up(y, name + "8", channels, onto: halved), name + "9")
    y = normalization(submanifold(y, name + "10", channels), name + "11")
    return up(y, name + "12", channels, onto: x)
  }
}

extension ClassicOracle.Levels {
  /// The same without the finest level.
  var below: Self {
    Self(
      repetitions: repetitions, channels: Array(channels.dropFirst()), residual: residual,
      size: size, stride: stride)
  }
}
