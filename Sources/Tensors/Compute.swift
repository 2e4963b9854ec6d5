/// What an operator computes with: the threads it shares its tiles among, and the arena its results
/// and scratch memory come from.
public struct Compute {
  /// The pool that runs tiles.
  public let threads: Threads

  /// Where results live until the end of the step.
  public let arena: Arena

  /// Threads and an arena; by default one thread and an arena of their own.
  public init(threads: Threads = Threads(count: 1), arena: Arena = Arena()) {
    self.threads = threads
    self.arena = arena
  }
}
