import Telemetry
import Testing

@Suite("The table of metrics")
struct MetricsTableTests {
  @Test("Text stands left, numbers stand right with fixed decimals")
  func aligned() {
    var table = MetricsTable(headers: ["class", "pixels", "IoU"])
    table.append([.text("cosmic"), .count(103_664), .number(0.8125, decimals: 4)])
    table.append([.text("neutrino"), .count(24_001), .missing])
    #expect(
      table.description == """
        class     pixels     IoU
        --------  ------  ------
        cosmic    103664  0.8125
        neutrino   24001       -
        """)
  }

  @Test("Numbers round, and those that are none become a dash")
  func numbers() {
    var table = MetricsTable(headers: ["x"])
    table.append([.number(2.0 / 3, decimals: 2)])
    table.append([.number(-1234.56, decimals: 0)])
    table.append([.number(.nan, decimals: 3)])
    table.append([.number(-.infinity, decimals: 3)])
    table.append([.number(1, decimals: -4)])
    #expect(
      table.description == """
            x
        -----
         0.67
        -1235
            -
            -
            1
        """)
  }

  @Test("Rows may be shorter or longer than the headers")
  func ragged() {
    var table = MetricsTable(headers: ["a", "b"])
    table.append([.count(1)])
    table.append([.count(2), .count(3), .text("more")])
    #expect(
      table.description == """
        a  b
        -  -  ----
        1
        2  3  more
        """)
  }

  @Test("A table of nothing has its headers")
  func empty() {
    #expect(MetricsTable(headers: ["a"]).description == "a\n-")
    #expect(MetricsTable(headers: []).description == "\n")
  }
}
