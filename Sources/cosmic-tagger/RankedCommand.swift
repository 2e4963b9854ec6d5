import ArgumentParser
import CosmicTagger
import Distributed
import Foundation

extension ParsableCommand {
  /// Runs a command's work on every rank; the first that fails ends all of them, in one sentence and with
  /// the right code.
  func reportingErrors(
    distributed: Bool, _ work: (RankGroup) throws(TaggerError) -> Void
  ) throws {
    guard distributed else {
      return try reportingErrors { () throws(TaggerError) in try work(.alone) }
    }
    LauncherRank.speak()
    var ranks = RankGroup.alone
    do throws(TaggerError) {
      ranks = try RankGroup.begun()
      try work(ranks)
      ranks.communicator.finish()
    } catch {
      if error.isAgreed || ranks.size == 1 {
        // All are here: the first says why, and none leaves before.
        if ranks.isFirst { Output.fail(error) }
        ranks.communicator.finish()
      } else {
        Output.fail(TaggerError(error.kind, "rank \(ranks.rank): \(error.description)"))
        ranks.communicator.abort(code: error.kind.rawValue)
      }
      throw ExitCode(error.kind.rawValue)
    }
  }
}

extension RankGroup {
  /// The processes that were begun together.
  fileprivate static func begun() throws(TaggerError) -> RankGroup {
    do {
      return RankGroup(try MPICommunicator())
    } catch {
      throw TaggerError(error)
    }
  }
}
