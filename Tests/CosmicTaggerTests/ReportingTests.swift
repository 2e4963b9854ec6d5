import CosmicTagger
import Networks
import Testing
import Training

@Suite("What a run prints")
struct ReportingTests {
  @Test("The configuration is sorted, in capitals, padded to thirty columns")
  func listing() {
    var listing = ConfigurationListing()
    listing.add("sparse", "True")
    listing.add("minibatch_size", 2)
    listing.add("a_name_that_needs_more_than_thirty_columns", 0.5)
    listing.add("sparse", "False")
    #expect(
      listing.lines == [
        "-- CONFIG --",
        " A_NAME_THAT_NEEDS_MORE_THAN_THIRTY_COLUMNS.: 0.5",
        " MINIBATCH_SIZE................: 2",
        " SPARSE........................: False",
      ])
    #expect(ConfigurationListing().lines == ["-- CONFIG --"])
  }

  @Test("Everything that decides a run is listed")
  func completeListing() {
    var listing = ConfigurationListing()
    listing.add(data { $0.file = "events.h5" })
    listing.add(TrainingConfiguration())
    listing.add(UResNetConfiguration(preset: .a21))
    let names = listing.lines.dropFirst().map { $0.dropFirst().prefix { $0 != "." } }
    #expect(names == names.sorted())
    #expect(Set(names).count == names.count)
    for line in [
      " FILE..........................: events.h5", " BATCH_NORM....................: True",
      " RESIDUAL......................: False", " LOSS_BALANCE_SCHEME...........: focal",
      " N_INITIAL_FILTERS.............: 8", " LEARNING_RATE.................: 0.0003",
    ] {
      #expect(listing.lines.contains(line))
    }
  }

  @Test("The loss of 2019 takes the place of the scheme")
  func seedLoss() {
    var training = TrainingConfiguration()
    training.seedBalanceLoss = true
    var listing = ConfigurationListing()
    listing.add(training)
    #expect(listing.lines.contains(" BALANCE_LOSS..................: True"))
    #expect(!listing.lines.contains { $0.contains("LOSS_BALANCE_SCHEME") })
  }

  @Test("A step has the original's form, whatever its figures")
  func step() {
    var confusion = Confusion(classes: 3)
    for (label, prediction) in [(0, 0), (1, 1), (1, 1), (1, 0)] {
      confusion.add(label: label, prediction: prediction)
    }
    var line = StepLine(
      step: 3, loss: 0.712345, metrics: SegmentationMetrics(confusion, pixels: 1000),
      eventsPerSecond: 4.126, seconds: [("read", 0.0031), ("forward", 1.25)])
    #expect(
      line.text
        == "train Step 3 metrics: loss: 0.7123, accuracy: 0.999, acc-non-zero: 0.6667, "
        + "acc-neutrino: nan, acc-cosmic-iou: 0.6667, acc-neutrino-iou: 1 "
        + "(4.13 Img/s / 0.003 read / 1.250 forward)")
    line.loss = -.nan
    line.seconds = []
    #expect(line.text.contains("loss: nan,"))
    #expect(line.text.hasSuffix(" (4.13 Img/s)"))
  }

  @Test("Throughput leaves the first steps out, and says nothing it does not know")
  func throughput() {
    #expect(
      Throughput([2, 0.5, 0.25, 0.25], minibatchSize: 4).lines == [
        "Total time to batch_process: 3.0000",
        "Total time to batch_process except first iteration: 1.0000, throughput: 12.0000",
        "Total time to batch_process except first two iterations: 0.5000, throughput: 16.0000",
      ])
    #expect(Throughput([2], minibatchSize: 1).lines == ["Total time to batch_process: 2.0000"])
    #expect(Throughput([], minibatchSize: 1).lines == ["Total time to batch_process: 0.0000"])
    let long = Throughput([3] + [Double](repeating: 0.1, count: 41), minibatchSize: 1).lines
    #expect(
      long.last == "Total time to batch_process last 40 iterations: 4.0000, throughput: 10.0000")
  }
}
