import ArgumentParser
import CosmicTagger

/// `cosmic-tagger inspect`.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a larcv3 file holds.",
    discussion: """
      Prints the tree of the file, and for each event, product and projection the number of voxels \
      and the range of their values.
      """)

  @Option(
    name: [.customShort("f"), .long], help: ArgumentHelp("The larcv3 file.", valueName: "path"))
  var file: String

  @Flag(
    help: ArgumentHelp(
      "Print one JSON object a line for each image instead.",
      discussion:
        "Keys: entry, product, projection, n (voxels), sum_id, sum_val, crc_id (CRC-32 of "
        + "the ids as little-endian 64-bit integers), crc_val (of the values as little-endian "
        + "32-bit floats)."))
  var json = false

  func run() throws {
    try reportingErrors { () throws(TaggerError) in
      let inspection = try Inspection(path: file)
      if json {
        try inspection.reportJSON(Output.print)
      } else {
        try inspection.report(Output.print)
      }
    }
  }
}
