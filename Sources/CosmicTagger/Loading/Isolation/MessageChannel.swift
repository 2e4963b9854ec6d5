import Foundation

/// Messages between two processes over a socket, each as its length and a property list.
struct MessageChannel {
  /// Why a message did not come, or could not be sent.
  enum Interruption: Error {
    /// There is nobody any more at the other end.
    case ended
    /// What came is no message; whoever sent it may still be there.
    case nonsense
    /// The time was over before the whole message had come or gone.
    case late
  }

  /// When to wait no longer; nothing to wait for ever.
  typealias Deadline = SuspendingClock.Instant

  private let descriptor: Int32

  /// Messages over a socket that somebody else closes.
  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// More than any event has, so that nonsense asks for no memory.
  private static let longest = 1 << 30

  /// Sends a message.
  ///
  /// - Returns: Why it could not be sent, if it could not.
  func send(_ message: some Encodable, by deadline: Deadline? = nil) throws -> Interruption? {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    let body = try encoder.encode(message)
    var count = UInt64(body.count)
    let head = withUnsafeBytes(of: &count) { Data($0) }
    return send(head, by: deadline) ?? send(body, by: deadline)
  }

  /// Waits for a message.
  func receive(by deadline: Deadline? = nil) -> Result<Data, Interruption> {
    receive(8, by: deadline).flatMap { head in
      let count = head.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
      return count <= Self.longest ? receive(Int(count), by: deadline) : .failure(.nonsense)
    }
  }

  /// What a message says.
  static func decode<Message: Decodable>(_ body: Data) throws -> Message {
    try PropertyListDecoder().decode(Message.self, from: body)
  }

  private func send(_ data: Data, by deadline: Deadline?) -> Interruption? {
    data.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        guard isReady(POLLOUT, by: deadline) else { return .late }
        // A process that is gone must not end this one by SIGPIPE, one that reads nothing not hold it.
        let sent = Foundation.send(
          descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
          Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        if sent < 0, errno == EINTR || errno == EAGAIN { continue }
        guard sent > 0 else { return .ended }
        done += sent
      }
      return nil
    }
  }

  private func receive(_ count: Int, by deadline: Deadline?) -> Result<Data, Interruption> {
    var data = Data(count: count)
    let interruption: Interruption? = data.withUnsafeMutableBytes { bytes in
      var done = 0
      while done < count {
        guard isReady(POLLIN, by: deadline) else { return .late }
        let got = read(descriptor, bytes.baseAddress.map { $0 + done }, count - done)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return .ended }
        done += got
      }
      return nil
    }
    return interruption.map { .failure($0) } ?? .success(data)
  }

  /// Waits until some bytes can come or go; false when the time is over.
  ///
  /// A failure counts as ready: who then reads or writes is told of it.
  private func isReady(_ direction: Int32, by deadline: Deadline?) -> Bool {
    var socket = pollfd(fd: descriptor, events: Int16(direction), revents: 0)
    while true {
      var milliseconds: Int32 = -1
      if let deadline {
        let left = SuspendingClock.now.duration(to: deadline) / .milliseconds(1)
        // Also where bytes keep coming: a message in drops must not last for ever.
        guard left > 0 else { return false }
        milliseconds = Int32(min(left.rounded(.up), 1e9))
      }
      let found = poll(&socket, 1, milliseconds)
      if found < 0, errno == EINTR { continue }
      if found != 0 { return true }
    }
  }
}
