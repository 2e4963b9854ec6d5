import Autodiff
import Kernels
import Tensors

extension BatchNormalization {
  /// Normalises rows, in parts that have mean and variance each of its own.
  ///
  /// - Parameters:
  ///   - rows: the rows of each part, which cover all of the input's.
  ///   - other: what is added before the activation, if anything.
  ///   - leak: slope of that activation.
  package func normalise(
    _ input: Variable, rows: [[Range<Int>]], adding other: Variable? = nil, leak: Float
  ) -> Variable {
    input.tape.record(rows: input.rows, channels: channels) { compute in
      let normalizations = rows.indices.map {
        normalization(of: input, part: $0, rows: rows[$0], leak: leak)
      }
      let output = compute.arena.tensor(rows: input.rows, channels: channels)
      for (part, normalization) in normalizations.enumerated() {
        compute.normalize(
          input.value, part: rows[part], by: normalization, scale: values(of: scale, part),
          shift: values(of: shift, part), adding: other?.value, into: output)
      }
      return (
        output,
        { gradient in
          pullback(
            input, rows, normalizations, output: output, other: other, outputGradient: gradient)
        }
      )
    }
  }

  private func pullback(
    _ input: Variable, _ rows: [[Range<Int>]], _ normalizations: [Normalization], output: Tensor,
    other: Variable?, outputGradient: Tensor
  ) {
    let compute = input.tape.compute
    let inputGradient = compute.arena.tensor(rows: input.rows, channels: channels)
    let slopes = other.map { _ in
      compute.slopes(
        of: output, outputGradient: outputGradient, leak: normalizations.first?.leak ?? 1)
    }
    for (part, normalization) in normalizations.enumerated() {
      let pass = NormalizationPass(
        input: input.value, normalization: normalization, scale: values(of: scale, part),
        shift: values(of: shift, part), usesBatchStatistics: input.tape.statistics != .running,
        scaleGradient: self.part(part, of: scale.gradient),
        shiftGradient: self.part(part, of: shift.gradient))
      compute.normalizeBackward(
        pass, part: rows[part], output: other == nil ? nil : output,
        outputGradient: outputGradient, passing: slopes, into: inputGradient)
    }
    input.accumulate { _ in inputGradient }
    if let other, let slopes { other.accumulate { _ in slopes } }
  }

  /// The values of a parameter that belong to a part, `[1, channels]`.
  private func values(of parameter: Parameter, _ part: Int) -> Tensor {
    self.part(part, of: parameter.value)
  }

  private func part(_ part: Int, of values: Tensor) -> Tensor {
    guard case .own(let count) = parts else { return values }
    return values.reshaped(rows: count, channels: channels).rows(part..<part + 1)
  }

  private func normalization(
    of input: Variable, part: Int, rows: [Range<Int>], leak: Float
  ) -> Normalization {
    let tape = input.tape
    guard tape.statistics != .running else {
      return runningNormalization(tape.compute, part: part, leak: leak)
    }
    let statistics = tape.compute.statistics(of: input.value, part: rows)
    if tape.statistics == .batchUpdatingRunning {
      follow(statistics, part: part, on: tape)
    }
    return tape.compute.normalization(
      mean: statistics.mean, variance: statistics.variance, channels: channels, epsilon: epsilon,
      leak: leak)
  }

  private func runningNormalization(
    _ compute: Compute, part: Int, leak: Float
  ) -> Normalization {
    let mean = compute.arena.scratch(Double.self, count: channels)
    let variance = compute.arena.scratch(Double.self, count: channels)
    let (means, variances) = (values(of: runningMean, part), values(of: runningVariance, part))
    for channel in 0..<channels {
      mean[channel] = Double(means.values[channel])
      variance[channel] = Double(variances.values[channel])
    }
    return compute.normalization(
      mean: mean, variance: variance, channels: channels, epsilon: epsilon, leak: leak)
  }

  private func follow(_ batch: ChannelStatistics, part: Int, on tape: Tape) {
    let rows = batch.rows
    guard rows > 0 else { return }
    let mean = Array(UnsafeBufferPointer(start: batch.mean, count: channels))
    let variance = Array(UnsafeBufferPointer(start: batch.variance, count: channels))
    tape.deferUpdate {
      move(values(of: runningMean, part), towards: mean)
      guard rows > 1 else { return }
      move(
        values(of: runningVariance, part),
        towards: variance.map { $0 * Double(rows) / Double(rows - 1) })
    }
  }

  private func move(_ running: Tensor, towards batch: [Double]) {
    for (channel, value) in batch.enumerated() {
      let old = Double(running.values[channel])
      running.values[channel] = Float(old + momentum * (value - old))
    }
  }
}
