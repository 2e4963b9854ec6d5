import Foundation
import Testing

/// Runs the program as several processes.
enum Launcher {
  /// Options and environment of Open MPI that let it run as root, and more ranks than processors.
  private static let environment = [
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
  ]

  /// Whether there is an mpirun.
  static let isPresent = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/mpirun") }

  /// Runs the program on some ranks and waits for their end, at most a minute.
  ///
  /// - Parameter beside: shell commands that run at the same time.
  static func run(
    _ ranks: Int, _ arguments: [String], beside commands: String = ":"
  ) throws -> Tool.Result {
    let settings = environment.map { "export \($0)=\($1); " }.joined()
    return try Tool.run(
      arguments,
      shell: "\(settings)timeout 60 mpirun -n \(ranks) tool & mpirun=$!; \(commands); wait $mpirun")
  }
}
