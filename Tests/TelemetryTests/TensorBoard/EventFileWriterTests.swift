import EventFiles
import Files
import Foundation
import Telemetry
import Testing

@Suite("Event files of TensorBoard")
struct EventFileWriterTests {
  private let scratch: Scratch
  private let writer: EventFileWriter

  init() throws {
    scratch = try Scratch()
    writer = try EventFileWriter(folder: scratch.path)
  }

  private func written() throws -> EventFile {
    try writer.flush()
    return try EventFile(writer.path)
  }

  @Test("The name says when and where, and the first record which version")
  func beginning() throws {
    let name = URL(fileURLWithPath: writer.path).lastPathComponent
    let pattern = /events\.out\.tfevents\.\d{10}\..+\.\d+\.0/
    #expect(name.wholeMatch(of: pattern) != nil, "\(name)")
    let events = try written().events
    #expect(events.count == 1)
    #expect(events[0].fileVersion == "brain.Event:2")
    #expect(abs(events[0].wallTime - Date().timeIntervalSince1970) < 60)
  }

  @Test("Scalars of a step are one record; what is not a number is left out, zero is not")
  func scalars() throws {
    writer.add([("loss", 0.7), ("Average/mIoU", .nan), ("zero", 0)], step: 12)
    writer.add([("unknown", .nan)], step: 13)
    writer.add([("loss", -.infinity)], step: 1 << 40)
    let events = try written().events.dropFirst()
    #expect(events.map(\.step) == [12, 1 << 40])
    #expect(events.map { $0.values.map(\.tag) } == [["loss", "zero"], ["loss"]])
    #expect(events.flatMap { $0.values.map(\.scalar) } == [0.7, 0, -.infinity])
  }

  @Test("A picture is a grey PNG of its size")
  func picture() throws {
    var picture = GreyPicture(width: 3, height: 2)
    picture.lighten(x: 2, y: 1, to: 200)
    picture.lighten(x: 2, y: 1, to: 100)
    picture.lighten(x: 3, y: 0, to: 9)
    #expect(picture.shades == [0, 0, 0, 0, 0, 200])
    try writer.add(picture, name: "charge/plane_0", step: 4)
    let value = try #require(written().values.first?.value)
    #expect(value.tag == "charge/plane_0")
    #expect(value.imageSize == [2, 3, 1])
    let png = try #require(value.image)
    // Signature, then width and height, eight bits, grey.
    #expect(png.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(png[16..<26] == [0, 0, 0, 3, 0, 0, 0, 2, 8, 0])
  }

  @Test("Texts are tensors that the text plugin shows")
  func texts() throws {
    writer.add("| option | ünïcode |", name: "configuration", step: 0)
    let value = try #require(written().values.first?.value)
    #expect(value.tag == "configuration")
    #expect(value.text?.plugin == "text")
    #expect(value.text?.text == "| option | ünïcode |")
  }

  @Test("A run that is resumed says from which step on others count no more")
  func resumed() throws {
    writer.add([("loss", 1)], step: 7)
    try writer.flush()
    let second = try EventFileWriter(folder: scratch.path, resumingAt: 5)
    second.add([("loss", 2)], step: 5)
    try second.flush()
    #expect(second.path != writer.path)
    let files = try EventFile.files(in: scratch.path)
    #expect(files.count == 2)
    #expect(files[0].events.allSatisfy { !$0.isStart })
    #expect(files[1].events.map(\.isStart) == [false, true, false])
    #expect(files[1].events.map(\.step) == [0, 5, 5])
  }

  @Test("A folder that is not there is an error that names the file")
  func unwritable() {
    let error = #expect(throws: FileError.self) { try EventFileWriter(folder: "/nonexistent/log") }
    #expect(error?.kind == .inputOutput)
    #expect(error?.message.contains("/nonexistent/log/events.out.tfevents.") == true)
  }

  @Test("Whatever fails, the file holds whole steps, and later ones", arguments: [true, false])
  func faults(_ lasts: Bool) throws {
    for number in 0..<8 {
      let scratch = try Scratch()
      let faults = WriteFaults(from: number, lasts: lasts)
      let writer = WriteFaults.$current.withValue(faults) { () -> EventFileWriter? in
        guard let writer = try? EventFileWriter(folder: scratch.path) else { return nil }
        for step in 0..<3 {
          writer.add([("loss", Double(step))], step: step)
          try? writer.flush()
        }
        return writer
      }
      // The first two operations make the file and write its version.
      #expect((writer == nil) == (number < 2))
      guard let writer else { continue }
      writer.add([("loss", 3)], step: 3)
      try writer.flush()
      let values = try EventFile(writer.path).values
      #expect(values.last?.step == 3)
      #expect(values.allSatisfy { $0.value.scalar == Float($0.step) })
      let lost = lasts ? max(0, 5 - number) : number < 5 ? 1 : 0
      #expect(values.count == 4 - lost, "operation \(number)")
    }
  }
}
