import ArgumentParser
import CosmicTagger

/// `cosmic-tagger inspect`.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what a larcv3 file holds.",
    discussion: """
      Prints the tree of the file, and for each event, product and projection the number of voxels \
      and the range of their values. With --check it reads all sparse images, clusters and \
      particles (sparse2d, sparse3d, cluster2d, cluster3d, particle) and lists what is wrong instead, \
      and ends with code 65 if anything is; of products of other types it checks only that each \
      event has its row.

      Example:
        cosmic-tagger inspect --check --file events.h5
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

  @Flag(
    help: ArgumentHelp(
      "List what is wrong with the file, a line for each problem.",
      discussion:
        "Keys with --json: dataset, entry, kind, problem; more (such problems that are not "
        + "listed); at the end file and problems (their number)."))
  var check = false

  @Option(help: ArgumentHelp("With --check, producer of the charge images.", valueName: "name"))
  var imageProducer: String?

  @Option(help: ArgumentHelp("With --check, producer of the label images.", valueName: "name"))
  var labelProducer: String?

  func validate() throws {
    guard !check, imageProducer != nil || labelProducer != nil else { return }
    let option = imageProducer == nil ? "--label-producer" : "--image-producer"
    throw ValidationError("\(option) is for --check alone: inspect shows every product")
  }

  func run() throws {
    try reportingErrors { () throws(TaggerError) in
      if check { return try checkFile() }
      let inspection = try ContentInspection(path: file)
      if json {
        try inspection.reportJSON(Output.print)
      } else {
        try inspection.report(Output.print)
      }
    }
  }

  private func checkFile() throws(TaggerError) {
    try ProblemInspection(
      path: file, imageProducer: imageProducer, labelProducer: labelProducer
    ).report(isJSON: json, Output.print)
  }
}
