import Foundation

/// Messages between two processes over a socket, each as its length and a property list.
struct MessageChannel {
  private let descriptor: Int32

  /// Messages over a socket that somebody else closes.
  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// More than any event has, so that nonsense asks for no memory.
  private static let longest = 1 << 30

  /// Sends a message.
  ///
  /// - Returns: Whether there still is somebody to receive it.
  func send(_ message: some Encodable) throws -> Bool {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    let body = try encoder.encode(message)
    var count = UInt64(body.count)
    let head = withUnsafeBytes(of: &count) { Data($0) }
    return send(head) && send(body)
  }

  /// Waits for a message; nil when there is nobody any more to send one.
  func receive() -> Data? {
    guard let head = receive(8) else { return nil }
    let count = head.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    return count <= Self.longest ? receive(Int(count)) : nil
  }

  /// What a message says.
  static func decode<Message: Decodable>(_ body: Data) throws -> Message {
    try PropertyListDecoder().decode(Message.self, from: body)
  }

  private func send(_ data: Data) -> Bool {
    data.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        // A process that is gone must not end this one by SIGPIPE.
        let sent = Foundation.send(
          descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
          Int32(MSG_NOSIGNAL))
        if sent < 0, errno == EINTR { continue }
        guard sent > 0 else { return false }
        done += sent
      }
      return true
    }
  }

  private func receive(_ count: Int) -> Data? {
    var data = Data(count: count)
    let isComplete = data.withUnsafeMutableBytes { bytes in
      var done = 0
      while done < count {
        let got = read(descriptor, bytes.baseAddress.map { $0 + done }, count - done)
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { return false }
        done += got
      }
      return true
    }
    return isComplete ? data : nil
  }
}
