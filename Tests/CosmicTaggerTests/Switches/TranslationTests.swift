import CosmicTagger
import Foundation
import Testing

/// What the program's parser is given for a command line.
func translated(_ arguments: [String]) throws -> [String] {
  try ArgumentTranslation.translate(arguments, accepted: OptionScope.options)
}

/// The same for a line with blanks between its arguments.
func translated(_ line: String) throws -> String {
  try translated(line.split(separator: " ").map(String.init)).joined(separator: " ")
}

/// The sentence that refuses a command line, and that it is of wrong usage.
func refusal(_ line: String) -> String? {
  let error = #expect(throws: TaggerError.self) {
    try translated(line) as String
  }
  #expect(error?.kind == .usage)
  #expect(error.map { !$0.description.contains("\n") } == true)
  return error?.description
}

@Suite("Command lines")
struct TranslationTests {
  @Test("of this program's own options are left as they are")
  func own() throws {
    for line in [
      "", "--help", "-h", "help train", "train", "train --help", "inspect --file x.h5 --json",
      "simulate --output x.h5 --overwrite --events 5 --cosmic-muons 2.5",
      "train --dense --downsample 3 --seed 5 --axes wire-drift", "trian",
      "profile --steps 3 --top 2 --json p.json --trace t.json",
      "compare --checkpoint m.h5 --events 2", "train --no-such-option 5", "switches",
      "train --label-convention neutrino=1,cosmic=2",
    ] {
      #expect(try translated(line) == line)
    }
  }

  @Test("hand values on letter by letter, whatever is in them")
  func values() throws {
    for value in ["a.b=c/x=1.h5", "a b", "", "ä.h5", "[x].h5", "x.h5,y.h5", "${x}", "null"] {
      for (flag, option) in [("-f", "--file"), ("--weights", "--weights")] {
        #expect(try translated(["train", flag, value]) == ["train", option, value])
        #expect(try translated(["train", "\(flag)=\(value)"]) == ["train", option, value])
      }
    }
    // Behind the equals sign a value may begin like an option.
    #expect(try translated("train --file=-x.h5") == "train --file=-x.h5")
    #expect(try translated("train -lr -1e-3") == "train --learning-rate=-1e-3")
    #expect(try translated("train --loss-scale -inf") == "train --loss-scale=-inf")
    #expect(try translated("train --downsample -1") == "train --downsample=-1")
  }

  @Test("may have their command anywhere")
  func command() throws {
    let expected = "train --minibatch-size 4 --sparse"
    for line in [
      "train -mb 4 --sparse", "-mb 4 --sparse train", "-mb 4 train --sparse",
      "--sparse -mb 4 train",
      "mode=train -mb 4 --sparse", "-mb 4 mode=train --sparse", "-mb 4 --sparse mode.name=train",
      "train mode=train -mb 4 --sparse",
    ] {
      #expect(
        try Set(translated(line).split(separator: " ")) == Set(expected.split(separator: " ")))
      #expect(try translated(line).hasPrefix("train "))
    }
    #expect(try translated("mode=iotest run.id=x run.iterations=2") == "iotest --iterations 2")
  }

  @Test("leave what is behind two dashes alone")
  func rest() throws {
    #expect(
      try translated("train -mb 4 -- -mb run.id=x") == "train --minibatch-size 4 -- -mb run.id=x")
  }

  @Test("say a thing twice, and the last time counts")
  func twice() throws {
    #expect(try translated("train -mb 4 --minibatch-size 5") == "train --minibatch-size 5")
    #expect(
      try translated("train -lr 1 mode.optimizer.learning_rate=2") == "train --learning-rate 2")
    #expect(
      try translated("train run.minibatch_size=4 -mb 5 -o adam")
        == "train --minibatch-size 5 --optimizer adam --aux-minibatch-size 4")
    #expect(try translated("train --no-summary-images mode.no_summary_images=False") == "train")
    #expect(try translated("train mode.weights_location=a mode.weights_location=") == "train")
    #expect(
      try translated("train run.id=a run.id=b") == "train --log-directory output/torch/uresnet/b")
  }

  @Test("name options of this program in the manner of keys, too")
  func options() throws {
    #expect(
      try translated("train downsample=1 network-depth=3 score_events=2 mb=3")
        == "train --downsample 1 --network-depth 3 --score-events 2 --minibatch-size 3")
    #expect(
      try translated("train masked=True sparse=True dense=False shape=[640,1024]")
        == "train --masked --sparse --shape 640,1024")
  }

  @Test("are refused where a value is missing")
  func missing() {
    for line in [
      "train -mb", "train -mb --sparse", "train --file -i 3", "train --residual --sparse",
      "train --shape", "train --shape --sparse", "train -ub",
    ] {
      let flag = line.split(separator: " ")[1]
      #expect(refusal(line) == "\(flag) needs a value: write it behind")
    }
    #expect(refusal("train --config") == "--config needs a file: give the path of one")
  }

  @Test("with a key that nobody knows are told the nearest")
  func nearest() {
    for (key, suggestion) in [
      ("network.dept", "network.depth"), ("run.iteration", "run.iterations"),
      ("mode.optimizer.learningrate", "mode.optimizer.learning_rate"),
      ("data.downsamples", "data.downsample"), ("netwrk", "network"),
      ("score_event", "score-events"), ("networkdepth", "network-depth"),
      ("res_blocks_finale", "res-blocks-final"), ("compute-mod", "compute-mode"),
    ] {
      #expect(refusal("train \(key)=3") == "\(key) is no switch: did you mean \(suggestion)?")
    }
    for key in ["x", "wood", "network.convolution.number_of_groups"] {
      #expect(
        refusal("train \(key)=3") == "\(key) is no switch: cosmic-tagger switches lists them")
    }
  }

  @Test("that contradict themselves about the command are refused")
  func contradiction() {
    #expect(
      refusal("iotest mode=train")
        == "mode=train and the command iotest contradict each other: use one of them")
    #expect(
      refusal("mode=inspect --file x.h5")
        == "mode inspect is not possible: use train, inference, iotest or build_net")
  }

  @Test("with what Hydra alone fills in are refused")
  func interpolation() {
    for value in ["output/${run.id}", "???"] {
      #expect(
        refusal("train output_dir=\(value)")
          == "output_dir \(value) is filled in by Hydra alone: write the value itself")
    }
  }
}

@Suite("Command lines of inference")
struct InferenceTranslationTests {
  @Test("name what is read and written as the original did")
  func spelling() throws {
    for (line, expected) in [
      (
        "inference -f x.h5 --aux-file y.h5 -ld log -mb 4 --sparse True",
        "inference --file x.h5 --log-directory log --minibatch-size 4 --sparse --output y.h5"
      ),
      ("inference --aux-file z.h5 --output y.h5", "inference --output y.h5"),
      (
        "mode=inference data.paths.test=x.h5 data.paths.train=y.h5 mode.start_index=3",
        "inference --start-index 3 --file x.h5"
      ),
      ("inference mode.weights_location=log data.aux_file=v.h5", "inference --weights log"),
      ("inference --optimizer-of-nobody 3", "inference --optimizer-of-nobody 3"),
    ] {
      #expect(try translated(line) == expected)
    }
  }

  @Test("do not take what files say of training")
  func files() throws {
    let scratch = try Scratch()
    let path = scratch.file("config.yaml")
    try """
    aux-file: validation.h5
    weights: before.h5
    iterations: 30
    label-producer: seg
    sparse: true
    minibatch-size: 4
    """.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(
      try translated(["inference", "--config", path, "--output", "y.h5"])
        == ["inference", "--sparse", "--minibatch-size", "4", "--output", "y.h5"])
  }
}
