import Distributed
import Foundation
import Logging

/// The processes of a run, and how they agree: what one of them cannot do, none of them does.
///
/// All ranks call these methods at the same places; whoever waits for another one that failed would wait
/// for ever.
public struct RankGroup {
  /// What they talk over.
  public let communicator: any Communicator

  /// A group that talks over a communicator.
  public init(_ communicator: any Communicator) { self.communicator = communicator }

  /// This process alone.
  public static var alone: RankGroup { RankGroup(SoloCommunicator()) }

  /// Number of processes.
  public var size: Int { communicator.size }

  /// The number of this process.
  public var rank: Int { communicator.rank }

  /// Whether this process writes files and says what there is to say.
  public var isFirst: Bool { communicator.isFirst }

  /// What this process tells people by: a logger for the first rank, silence for the others.
  func logger(_ logger: Logger) -> Logger {
    isFirst ? logger : Logger(label: logger.label) { _ in SwiftLogNoOpLogHandler() }
  }

  /// Does something on every rank.
  ///
  /// What is done may itself be agreed on in parts: an error that all ranks know of is handed on as it is,
  /// and one of this rank alone ends whatever part the others begin next.
  ///
  /// - Throws: on all ranks the error of the first that failed.
  func agreed<Outcome>(_ body: () throws -> Outcome) throws(TaggerError) -> Outcome {
    let outcome = Result { try body() }.mapError { TaggerError($0) }
    guard size > 1 else { return try outcome.get() }
    if case .failure(let error) = outcome, error.isAgreed { throw error }
    let failure = if case .failure(let error) = outcome { error } else { nil as TaggerError? }
    let kinds = communicator.gatherAll(Int(failure?.kind.rawValue ?? 0))
    if let failing = kinds.firstIndex(where: { $0 != 0 }) {
      let sentence = communicator.broadcast(
        Array((failure?.description ?? "").utf8), from: failing)
      throw TaggerError(
        agreed: TaggerError.Kind(rawValue: Int32(kinds[failing])) ?? .software,
        String(decoding: sentence, as: UTF8.self))
    }
    return try outcome.get()
  }

  /// What one rank finds, at all of them.
  ///
  /// - Throws: on all ranks the error of the one that looked.
  func shared<Value: Codable>(
    from root: Int = 0, _ body: () throws -> Value
  ) throws(TaggerError) -> Value {
    let found = try agreed { rank == root ? try body() : nil as Value? }
    guard size > 1 else {
      guard let found else { preconditionFailure("the only rank has looked") }
      return found
    }
    let bytes = try agreed { try found.map { try Self.encoded($0) } ?? [] }
    let all = communicator.broadcast(bytes, from: root)
    return try agreed { try Self.decoded(all) }
  }

  /// What every rank has, in their order, at the first; nothing elsewhere.
  func gathered<Value: Codable>(_ value: Value) throws(TaggerError) -> [Value] {
    guard size > 1 else { return [value] }
    let bytes = try agreed { try Self.encoded(value) }
    let all = communicator.gather(bytes)
    return try agreed { try all.map { try Self.decoded($0) } }
  }

  /// What every rank says of a step, in their order, at the first; nothing elsewhere.
  func gathered(_ report: StepReport) -> [StepReport] {
    guard size > 1 else { return [report] }
    return communicator.gather(report.bytes).map(StepReport.init)
  }

  /// The first signal that any rank was sent, for all to follow; nothing while none was.
  func anybodysSignal(_ stop: StopRequest?) -> Int32? {
    guard size > 1 else { return stop?.signal }
    return communicator.gatherAll(Int(stop?.signal ?? 0)).first { $0 != 0 }.map(Int32.init)
  }

  /// Checks that all ranks were given what the first was.
  ///
  /// - Parameter settings: values by the names of options.
  /// - Throws: `TaggerError` on all ranks that names an option that differs.
  func checkAgreement(on settings: [String: String]) throws(TaggerError) {
    let ofFirst = try shared { settings }
    try agreed {
      let names = Set(settings.keys).union(ofFirst.keys).sorted()
      guard let name = names.first(where: { settings[$0] != ofFirst[$0] }) else { return }
      throw TaggerError(
        .usage,
        "rank \(rank) has --\(name) \(settings[name] ?? "none"), the first rank "
          + "\(ofFirst[name] ?? "none"): give all ranks the same options and the same program")
    }
  }

  /// How many processes there are, where, and with how many threads, in one line.
  func line(threads: Int) -> String {
    let machines = communicator.gatherAll(communicator.hostRank == 0 ? 1 : 0).reduce(0, +)
    let counts = communicator.gatherAll(threads)
    let (least, most) = (counts.min() ?? threads, counts.max() ?? threads)
    let each = least == most ? "\(least)" : "\(least) to \(most)"
    return
      "Ranks: \(size) on \(machines) machine\(machines == 1 ? "" : "s"), threads of each: \(each)"
  }

  /// Events of each batch, of all ranks together.
  func eventCounts(_ batches: [LoadedBatch]) -> [Int] {
    var counts = batches.map { Double($0.events.count) }
    communicator.sum(&counts)
    return counts.map { Int($0) }
  }

  /// A value as bytes.
  static func encoded(_ value: some Encodable) throws -> [UInt8] {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    return Array(try encoder.encode([value]))
  }

  /// The value of bytes.
  static func decoded<Value: Decodable>(_ bytes: [UInt8]) throws -> Value {
    try PropertyListDecoder().decode([Value].self, from: Data(bytes))[0]
  }
}
