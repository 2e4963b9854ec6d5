import ArgumentParser
import CosmicTagger
import Foundation

/// The program: what users of the original write becomes arguments of this command line first.
@main
enum Program {
  static func main() {
    Output.reserveStreams()
    LauncherRank.keepSilent()
    do throws(TaggerError) {
      let arguments = try ArgumentTranslation.translate(
        Array(CommandLine.arguments.dropFirst()), accepted: OptionScope.options)
      CosmicTaggerCommand.main(arguments)
    } catch {
      _ = Output.write("cosmic-tagger: \(error.description)\n", to: STDERR_FILENO)
      exit(error.kind.rawValue)
    }
  }
}

/// The command line of CosmicTagger.
struct CosmicTaggerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cosmic-tagger",
    abstract: "Labels every active pixel of a liquid-argon neutrino detector's images.",
    discussion: """
      Pixels are background, of a cosmic ray, or of a neutrino interaction. A UNet is trained on \
      active pixels alone (--sparse), or on whole images.

      Start without any data:
        cosmic-tagger train --sparse --preset a21 --downsample 1 -mb 1 -i 100
      or with a larcv3 file:
        cosmic-tagger inspect --file events.h5
        cosmic-tagger train --sparse --file events.h5 --preset a21 --downsample 1 -mb 1 -i 100

      Options may be spelled as CosmicTagger spelled them in 2019 and later, given as today's \
      dotted names (network.depth=5 run.iterations=100), or come from a YAML file (--config \
      run.yaml; training leaves its own as config.yaml in the log directory). cosmic-tagger \
      switches lists what each of the original's means here.
      """,
    subcommands: [
      Train.self, Inference.self, Show.self, Report.self, Compare.self, Profile.self, Iotest.self,
      Inspect.self, Simulate.self,
      BuildNet.self, Switches.self, ReadEvents.self,
    ])
}

extension ParsableCommand {
  /// Runs a command's work, and ends the process with one sentence and the right code if it fails.
  func reportingErrors(_ work: () throws(TaggerError) -> Void) throws {
    do {
      try work()
    } catch {
      Output.fail(error)
      throw ExitCode(error.kind.rawValue)
    }
  }
}
