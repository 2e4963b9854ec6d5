import Telemetry
import Testing

/// What a bar under test wrote, and the time it believes.
private final class Terminal {
  var text = ""
  var time = Duration.zero

  func bar(isShown: Bool = true) -> ProgressBar {
    ProgressBar(isShown: isShown, now: { self.time }, write: { self.text += $0 })
  }
}

@Suite("The progress bar")
struct ProgressBarTests {
  @Test("A bar shows its share, the steps and the time left")
  func rendering() {
    let line = ProgressBar.render(
      step: 37, of: 100, left: .seconds(12), message: "loss 0.031", columns: 80)
    let cells = String(repeating: "#", count: 9) + String(repeating: ".", count: 17)
    #expect(line == "[\(cells)] 37/100  0:12 left  loss 0.031")
  }

  @Test("Times have hours only when there are any", arguments: [(5, "0:05"), (3723, "1:02:03")])
  func times(seconds: Int, text: String) {
    let line = ProgressBar.render(step: 1, of: 2, left: .seconds(seconds))
    #expect(line.hasSuffix("1/2  \(text) left"))
  }

  @Test("Without a total there is neither bar nor time")
  func unknownTotal() {
    #expect(ProgressBar.render(step: 5, of: 0, left: .seconds(3), message: "ok") == "5  ok")
    #expect(ProgressBar.render(step: 5, of: -3, left: nil) == "5")
  }

  @Test("Steps outside the total fill the bar or leave it empty")
  func outside() {
    #expect(ProgressBar.render(step: 9, of: 3, left: nil, columns: 15) == "[#####] 9/3")
    #expect(ProgressBar.render(step: -1, of: 3, left: nil, columns: 15) == "[.....] -1/3")
  }

  @Test("Lines are cut at the terminal's width and hold no control characters")
  func cutting() {
    let line = ProgressBar.render(step: 1, of: 2, left: nil, message: "a\nb\u{1B}[2J", columns: 40)
    #expect(line.hasSuffix("1/2  a b [2J"))
    for columns in [-1, 0, 1, 7, 20] {
      let line = ProgressBar.render(step: 1, of: 2, left: .seconds(1), columns: columns)
      #expect(line.count <= max(columns, 0))
    }
  }

  @Test("Updates within a tenth of a second are not drawn, the last one is")
  func throttling() {
    let terminal = Terminal()
    var bar = terminal.bar()
    for step in 0..<50 {
      bar.update(step: step, of: 100)
      terminal.time += .milliseconds(10)
    }
    #expect(terminal.text.count { $0 == "\r" } == 5)
    bar.finish()
    #expect(terminal.text.hasSuffix("49/100  0:00 left\u{1B}[K\n"))
  }

  @Test("The end is drawn at once and stays on its line")
  func end() {
    let terminal = Terminal()
    var bar = terminal.bar()
    bar.update(step: 1, of: 2)
    bar.update(step: 2, of: 2)
    bar.finish()
    #expect(terminal.text.hasSuffix("] 2/2\u{1B}[K\n"))
    bar.finish()
    #expect(terminal.text.hasSuffix("] 2/2\u{1B}[K\n"))
  }

  @Test("Erasing leaves an empty line")
  func erasing() {
    let terminal = Terminal()
    var bar = terminal.bar()
    bar.update(step: 1, of: 2)
    bar.finish(erasing: true)
    #expect(terminal.text.hasSuffix("\r\u{1B}[K"))
  }

  @Test("A resumed run judges the time left by its own steps")
  func resumed() {
    let terminal = Terminal()
    var bar = terminal.bar()
    bar.update(step: 500, of: 1000)
    terminal.time = .seconds(10)
    bar.update(step: 600, of: 1000)
    #expect(terminal.text.contains("600/1000  0:40 left"))
  }

  @Test("Nothing is written when there is no terminal")
  func hidden() {
    let terminal = Terminal()
    var bar = terminal.bar(isShown: false)
    bar.update(step: 1, of: 2)
    bar.finish()
    #expect(terminal.text.isEmpty)
  }
}
