#!/usr/bin/env python3
"""Print how many times faster `cosmic-tagger iotest` reads a file than the real larcv3.

    reading.py --file EVENTS.h5 [--tool .build/release/cosmic-tagger] [--rounds 3] [--json FILE]

Three ways to read charge and labels of every event, one after the other in each round:

    larcv-numpy   larcv3's IOManager, entry by entry; ids and values of every plane as numpy arrays
    larcv-queue   larcv3's queueio with BatchFillerSparseTensor2D, batches of padded arrays as
                  CosmicTagger takes them: a batch is filled while the one before is handed out
    iotest        ours: the sites of batches, with charges and labels, sorted and checked

All begin with the file in the page cache, which a reading nobody times puts it in. A ratio is the
peer's median seconds per event over ours. Exit code 1: the sums of charges disagree, or something
could not be run.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import larcv
import numpy
from events import IMAGE_PRODUCER, LABEL_PRODUCER
from larcv import queueloader
from measurement import surroundings, write

PRODUCERS = (IMAGE_PRODUCER, LABEL_PRODUCER)


def main() -> int:
    """Runs the rounds and prints the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", type=Path, required=True)
    parser.add_argument("--tool", type=Path, default=Path(".build/release/cosmic-tagger"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--max-voxels", type=int, default=50000, help="of a plane, in queueio")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if not arguments.file.is_file():
        raise SystemExit(f"{arguments.file}: no such file")
    # larcv3 prints its own lines to standard output; they go to standard error instead.
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    arguments.file.read_bytes()
    queue = Queue(arguments.file, arguments.batch, arguments.max_voxels)
    ways = {
        "larcv-numpy": lambda: numpy_seconds(arguments.file),
        "larcv-queue": queue.seconds,
        "iotest": lambda: our_seconds(arguments, queue.entries),
    }
    measured: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(arguments.rounds):
        for name, way in ways.items():
            measured[name].append(way() / queue.entries)
            print(
                f"round {number + 1}: {name:12} {1e3 * measured[name][-1]:8.2f} ms an event",
                file=results, flush=True,
            )
    medians = {name: statistics.median(seconds) for name, seconds in measured.items()}
    for name in ways:
        ratio = medians[name] / medians["iotest"]
        print(
            f"{name:12} {1e3 * medians[name]:8.2f} ms an event {1 / medians[name]:8.1f} events/s "
            f"{ratio:7.2f} x ours", file=results, flush=True,
        )
    figures = {"library": "larcv 3.5.1", "events": queue.entries, "seconds_per_event": measured}
    write(surroundings() | figures, arguments.json)
    return 0


def numpy_seconds(path: Path) -> float:
    """IOManager, entry by entry, ids and values as arrays."""
    start = time.perf_counter()
    manager = larcv.IOManager(larcv.IOManager.kREAD, "peer")
    manager.add_in_file(str(path))
    manager.initialize()
    for entry in range(manager.get_n_entries()):
        manager.read_entry(entry)
        for producer in PRODUCERS:
            for plane in manager.get_data("sparse2d", producer).as_vector():
                assert len(plane.indexes()) == len(plane.values())
    manager.finalize()
    return time.perf_counter() - start


class Queue:
    """queueio, set up as CosmicTagger sets it up."""

    def __init__(self, path: Path, batch: int, max_voxels: int) -> None:
        """Opens the file and reads a first batch."""
        configuration = larcv.QueueProcessor.default_config()
        configuration["InputFiles"].append(str(path))
        configuration["Verbosity"] = 3
        configuration["ProcessDriver"]["ProcessName"] = list(PRODUCERS)
        configuration["ProcessDriver"]["ProcessType"] = ["BatchFillerSparseTensor2D"] * 2
        defaults = larcv.BatchFillerSparseTensor2D.default_config()
        configuration["ProcessDriver"]["ProcessList"] = {
            producer: defaults
            | {
                "Producer": producer,
                "MaxVoxels": max_voxels,
                "UnfilledVoxelValue": -999,
                "Channels": [0, 1, 2],
                "Augment": False,
            }
            for producer in PRODUCERS
        }
        self.batch = batch
        self.interface = queueloader.queue_interface(random_access_mode="serial_access")
        self.interface.no_warnings()
        settings = {"filler_name": "peer", "filler_cfg": configuration, "verbosity": 0}
        keys = {producer: producer for producer in PRODUCERS}
        self.interface.prepare_manager("peer", settings, batch, keys)
        self.entries = self.interface.size("peer") // batch * batch

    def seconds(self) -> float:
        """As many events as the file has whole batches for."""
        start = time.perf_counter()
        for _ in range(self.entries // self.batch):
            self.interface.prepare_next("peer")
            data = self.interface.fetch_minibatch_data("peer", pop=True)
            assert all(numpy.asarray(data[name]).size for name in PRODUCERS)
        return time.perf_counter() - start


def our_seconds(arguments: argparse.Namespace, entries: int) -> float:
    """What iotest says it took for as many events."""
    batches = entries // arguments.batch
    command = [arguments.tool, "iotest", "--file", arguments.file]
    command += ["-i", str(batches), "-mb", str(arguments.batch)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Total IO Time: ([\d.]+)s", ran.stdout)
    if ran.returncode != 0 or found is None:
        raise SystemExit(f"{arguments.tool} iotest ended with {ran.returncode}: {ran.stderr}")
    return float(found[1]) * entries / (batches * arguments.batch)


if __name__ == "__main__":
    sys.exit(main())
