import CMPI
import Tensors

/// The processes that `mpirun` began, through MPI 3 (Message Passing Interface Forum, 2015).
///
/// Calls that fail end all processes by MPI's own error handler, which says what failed.
public final class MPICommunicator: Communicator {
  private var mpi: submanifold_mpi
  private var isFinished = false

  /// Bytes that one call can be given: MPI counts in 32 bits.
  private static let most = 1 << 30

  /// Starts MPI, once in a process; a process that nobody has begun beside others is alone.
  ///
  /// - Throws: `CommunicatorError` when MPI does not start.
  public init() throws(CommunicatorError) {
    mpi = submanifold_mpi()
    guard submanifold_mpi_start(&mpi) == 0 else {
      throw CommunicatorError(
        "MPI does not start: begin the program by the mpirun of the MPI it was built with "
          + "(\(Self.version)), or leave out --distributed")
    }
  }

  /// The implementation and its version.
  public static var version: String {
    var text = [CChar](repeating: 0, count: 256)
    let count = submanifold_mpi_version(&text, Int32(text.count))
    let line = text.prefix(Int(count)).prefix { $0 != 10 }.map { UInt8(bitPattern: $0) }
    return String(decoding: line, as: UTF8.self)
  }

  /// The number of this process, from zero.
  public var rank: Int { Int(mpi.rank) }
  /// Number of processes.
  public var size: Int { Int(mpi.size) }
  /// The number of this process among those of its machine.
  public var hostRank: Int { Int(mpi.hostRank) }
  /// Number of processes on this machine.
  public var hostSize: Int { Int(mpi.hostSize) }

  /// `MPI_Allgather`.
  public func gatherAll(_ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer) {
    submanifold_mpi_all_gather(&mpi, own.baseAddress, all.baseAddress, Self.count(own))
  }

  /// `MPI_Allgather` among the processes of this machine.
  public func gatherOnHost(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer
  ) {
    submanifold_mpi_host_all_gather(&mpi, own.baseAddress, all.baseAddress, Self.count(own))
  }

  /// `MPI_Bcast`, in as many calls as the number of bytes needs.
  public func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) {
    Self.forEachPart(of: bytes.count) { range in
      submanifold_mpi_broadcast(
        &mpi, bytes.baseAddress.map { $0 + range.lowerBound }, Int32(range.count), Int32(root))
    }
  }

  /// `MPI_Send`, in as many calls as the number of bytes needs.
  public func send(_ bytes: UnsafeRawBufferPointer, to rank: Int) {
    Self.forEachPart(of: bytes.count) { range in
      submanifold_mpi_send(
        &mpi, bytes.baseAddress.map { $0 + range.lowerBound }, Int32(range.count), Int32(rank))
    }
  }

  /// `MPI_Recv`, in as many calls as the number of bytes needs.
  public func receive(_ bytes: UnsafeMutableRawBufferPointer, from rank: Int) {
    Self.forEachPart(of: bytes.count) { range in
      submanifold_mpi_receive(
        &mpi, bytes.baseAddress.map { $0 + range.lowerBound }, Int32(range.count), Int32(rank))
    }
  }

  /// `MPI_Ialltoall`.
  public func beginExchange(
    _ own: UnsafeRawBufferPointer, into others: UnsafeMutableRawBufferPointer
  ) -> any PendingTransfer {
    precondition(own.count % size == 0, "pieces are equal")
    let transfer = Transfer()
    submanifold_mpi_begin_exchange(
      &mpi, own.baseAddress, others.baseAddress, Int32(own.count / size), &transfer.request)
    return transfer
  }

  /// `MPI_Iallgather`.
  public func beginGatherAll(
    _ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer
  ) -> any PendingTransfer {
    let transfer = Transfer()
    submanifold_mpi_begin_all_gather(
      &mpi, own.baseAddress, all.baseAddress, Self.count(own), &transfer.request)
    return transfer
  }

  /// `MPI_Finalize`, after a barrier.
  public func finish() {
    guard !isFinished else { return }
    isFinished = true
    submanifold_mpi_finish(&mpi)
  }

  /// `MPI_Abort`.
  public func abort(code: Int32) { submanifold_mpi_abort(&mpi, code) }

  private static func count(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    precondition(bytes.count <= most, "one message has at most a gibibyte")
    return Int32(bytes.count)
  }

  private static func forEachPart(of count: Int, _ body: (Range<Int>) -> Void) {
    for start in stride(from: 0, to: count, by: most) { body(start..<min(start + most, count)) }
  }

  private final class Transfer: PendingTransfer {
    var request = submanifold_mpi_request()

    func isDone() -> Bool { submanifold_mpi_is_done(&request) != 0 }

    func wait() { submanifold_mpi_wait(&request) }
  }
}

/// Why processes cannot work together.
public struct CommunicatorError: Error, CustomStringConvertible, Equatable {
  /// One sentence, with a remedy.
  public let description: String

  /// An error with its sentence.
  public init(_ description: String) { self.description = description }
}
