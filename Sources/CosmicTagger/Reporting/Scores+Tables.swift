import Telemetry

extension Scores {
  /// A line for each way to predict.
  var table: MetricsTable {
    var table = MetricsTable(headers: ["prediction", "loss"] + Figures.headers)
    for prediction in predictions {
      table.append([.text(prediction.name), .known(prediction.loss, 4)] + prediction.metrics.cells)
    }
    return table
  }

  /// A line for each event.
  var eventTable: MetricsTable {
    var table = MetricsTable(headers: ["entry", "loss", "neutrino sites"] + Figures.headers)
    for event in perEvent {
      table.append(
        [.text("\(event.entry)"), .known(event.loss, 4), .count(event.neutrinoSites)]
          + event.metrics.cells)
    }
    return table
  }
}

extension Scores.Figures {
  static let headers = [
    "accuracy", "non-bkg acc.", "neutrino acc.", "cosmic IoU", "neutrino IoU", "mean IoU",
  ]

  var cells: [MetricsTable.Cell] {
    [
      .known(accuracy, 5), .known(nonBackgroundAccuracy, 4), .known(neutrinoAccuracy, 4),
      .known(cosmicIoU, 4), .known(neutrinoIoU, 4), .known(meanIoU, 4),
    ]
  }
}

extension MetricsTable.Cell {
  /// A number, or that it is not known.
  static func known(_ value: Double?, _ decimals: Int) -> MetricsTable.Cell {
    value.map { .number($0, decimals: decimals) } ?? .missing
  }
}
