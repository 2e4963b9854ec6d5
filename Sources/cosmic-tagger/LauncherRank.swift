import Foundation

/// The number that whoever began several processes gives each of them, known before they talk.
enum LauncherRank {
  /// What Open MPI, MPICH and Slurm tell a process of its number.
  private static let variables = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"]

  /// Whether another process says what all have to say, as of wrong usage.
  private static var isFollowing: Bool {
    let environment = ProcessInfo.processInfo.environment
    guard let rank = variables.lazy.compactMap({ environment[$0] }).first else { return false }
    return rank != "0" && CommandLine.arguments.contains { ["-d", "--distributed"].contains($0) }
  }

  /// Has a process say nothing until its options are known to be right, where another says it.
  static func keepSilent() {
    guard isFollowing else { return }
    kept = (dup(STDOUT_FILENO), dup(STDERR_FILENO))
    let nowhere = open("/dev/null", O_WRONLY)
    for stream in [STDOUT_FILENO, STDERR_FILENO] { dup2(nowhere, stream) }
    close(nowhere)
    // A process that ends before the first has spoken may have it ended by mpirun.
    atexit { if LauncherRank.kept != nil { sleep(1) } }
  }

  /// Ends the silence.
  static func speak() {
    guard let streams = kept else { return }
    kept = nil
    dup2(streams.output, STDOUT_FILENO)
    dup2(streams.error, STDERR_FILENO)
    close(streams.output)
    close(streams.error)
  }

  // Written by the main thread alone, before there are others and when a command begins.
  private nonisolated(unsafe) static var kept: (output: Int32, error: Int32)?
}
