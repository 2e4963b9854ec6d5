import Tensors

/// Trades time for memory: T. Chen, B. Xu, C. Zhang, C. Guestrin, "Training deep nets with sublinear
/// memory cost", arXiv:1604.06174.
extension Tape {
  /// Runs a part of a network and keeps only its result; the backward pass runs it again to have
  /// what its gradients need.
  ///
  /// Values, gradients and random numbers have the same bits as if the part had simply been run, and
  /// changes it leaves with `deferUpdate` are made once. What it computes on the way lives in the
  /// inner arena, and is gone when the result is there. Parts may lie within each other. Where no
  /// gradients are asked for, the part is simply run.
  ///
  /// Cost: one more forward pass of the part, and a copy of its result.
  ///
  /// - Parameters:
  ///   - input: the one variable that the part reads.
  ///   - part: makes the result from its input; it must do the same every time.
  /// - Throws: what `part` throws.
  public func recomputing(
    _ input: Variable, _ part: @escaping (Variable) throws -> Variable
  ) throws -> Variable {
    guard purpose == .training else { return try part(input) }
    let firstDraw = draws
    let value = try keepingResult(of: part, input)
    return record(rows: value.rows, channels: value.channels) { _ in
      (value, { self.repeatForGradient(part, input, firstDraw: firstDraw, outputGradient: $0) })
    }
  }

  private func keepingResult(
    of part: (Variable) throws -> Variable, _ input: Variable
  ) throws -> Tensor {
    let inner = compute.inner
    // After the run: tensors that still lived would keep their memory from being used again.
    defer { inner.arena.reset() }
    return try firstRun(part, input, inner)
  }

  private func firstRun(
    _ part: (Variable) throws -> Variable, _ input: Variable, _ inner: Compute
  ) throws -> Tensor {
    let tape = within(inner, role: .firstRun, draws: draws)
    let result = try part(tape.variable(input.value))
    draws = tape.draws
    tape.handUpdates(to: self)
    return compute.copy(of: result.value)
  }

  private func repeatForGradient(
    _ part: (Variable) throws -> Variable, _ input: Variable, firstDraw: UInt64,
    outputGradient: Tensor
  ) {
    let inner = compute.inner
    defer { inner.arena.reset() }
    repetition(part, input, inner, firstDraw: firstDraw, outputGradient: outputGradient)
  }

  private func repetition(
    _ part: (Variable) throws -> Variable, _ input: Variable, _ inner: Compute, firstDraw: UInt64,
    outputGradient: Tensor
  ) {
    let tape = within(inner, role: .repetition, draws: firstDraw)
    let again = tape.variable(input.value, needsGradient: input.needsGradient)
    // Sums go on from what has reached the input so far, in the order of a part that is simply run.
    again.continueSum(from: input.gradient)
    do {
      tape.backward(from: try part(again), gradient: outputGradient)
    } catch {
      preconditionFailure("a part of a network that ran once runs again, but said: \(error)")
    }
    input.continueSum(from: again.gradient.map { compute.copy(of: $0) })
  }

  private func within(_ inner: Compute, role: Role, draws: UInt64) -> Tape {
    let tape = Tape(
      purpose, role: role, compute: inner, statistics: statistics, randomness: randomness)
    tape.draws = draws
    if role == .firstRun { tape.trace = trace }
    return tape
  }
}

extension Compute {
  /// The same threads and ways to compute, and memory for a part of the step.
  fileprivate var inner: Compute {
    var inner = Compute(
      threads: threads, arena: arena.inner, convolution: convolution, precision: precision)
    inner.ranks = ranks
    inner.sharesStatistics = sharesStatistics
    return inner
  }

  fileprivate func copy(of tensor: Tensor) -> Tensor {
    let copy = arena.tensor(rows: tensor.rows, channels: tensor.channels)
    copy.copy(from: tensor)
    return copy
  }
}
