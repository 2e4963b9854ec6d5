#!/usr/bin/env python3
"""Read a run's log directory with the real TensorBoard and NumPy, and check what they find.

Usage:

    python3 -m venv venv
    venv/bin/pip install tensorboard==2.21.0
    venv/bin/python tools/interoperability/check_tensorboard.py LOG_DIRECTORY [--serve]

Looks at every folder with event files below LOG_DIRECTORY (`train`, `test`) and checks

    scalars      loss and the figures of all planes and of each are there, steps ascend, also where
                 a run was resumed, and values agree with LOG_DIRECTORY/KIND_metrics.csv if there
                 is one
    images       charge, label and prediction of each plane: grey PNGs of the size they say, labels
                 and predictions in three shades
    histograms   as many values in the buckets as were counted, edges ascending
    texts        the configuration is a table
    profiles     profiles/profiling_info_rank_*.npy have the original's columns and sensible times

With --serve TensorBoard itself is started on the directory and asked for its tags too.

Prints one JSON line for each folder and file. The exit code is 0 when all is well, 1 when something
is wrong (a line says what), 2 when the arguments are wrong.
"""

import csv
import json
import math
import pathlib
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib

import numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

FIGURES = ["Total_Accuracy", "Non_Bkg_Accuracy", "Cosmic_IoU", "Neutrino_IoU", "mIoU"]
PROFILE = [("i", "<i4"), ("start", "<M8[us]")] + [
    (name, "<m8[us]")
    for name in (
        *("iteration", "train", "val", "io", "forward", "backward"),
        *("checkpoint", "loss", "summary", "log", "optimizer", "metrics"),
    )
]
EVERYTHING = {"scalars": 0, "images": 0, "histograms": 0, "tensors": 0}


class WrongFileError(Exception):
    """Something is not as TensorBoard's users expect it."""


def require(condition, sentence):
    """Stops with a sentence unless a condition holds."""
    if not condition:
        raise WrongFileError(sentence)


def read_png(data):
    """Width, height, bits, colour type and the shades of a PNG that is grey and not interlaced."""
    require(data[:8] == b"\x89PNG\r\n\x1a\n", "a picture is no PNG")
    position, header, packed = 8, None, b""
    while position < len(data):
        (length,) = struct.unpack(">I", data[position : position + 4])
        kind = data[position + 4 : position + 8]
        body = data[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack(">I", data[position + 8 + length : position + 12 + length])
        require(zlib.crc32(kind + body) == checksum, "a PNG has a wrong checksum")
        if kind == b"IHDR":
            header = struct.unpack(">IIBB", body[:10])
        if kind == b"IDAT":
            packed += body
        position += 12 + length
    width, height = header[:2]
    lines = numpy.frombuffer(zlib.decompress(packed), "u1").reshape(height, width + 1)
    return header, unfilter(lines)


def unfilter(lines):
    """The shades of a grey PNG's filtered lines."""
    above = [0] * (lines.shape[1] - 1)
    rows = []
    for line in lines.tolist():
        left = corner = 0
        row = []
        for filtered, up in zip(line[1:], above, strict=True):
            nearest = min((left, up, corner), key=lambda shade: abs(left + up - corner - shade))
            guess = (0, left, up, (left + up) // 2, nearest)[line[0]]
            left, corner = (filtered + guess) & 0xFF, up
            row.append(left)
        rows.append(row)
        above = row
    return numpy.array(rows, "u1")


def check_scalars(run, tags):
    """The original's names, with steps that ascend."""
    require("loss" in tags, "there is no loss")
    for name in FIGURES:
        require(f"Average/{name}" in tags, f"there is no Average/{name}")
    planes = {tag.split("/")[0] for tag in tags if tag.startswith("plane")}
    require(planes, "there are no figures of planes")
    for tag in tags:
        events = run.Scalars(tag)
        steps = [event.step for event in events]
        require(steps == sorted(set(steps)), f"the steps of {tag} do not ascend: {steps[:20]}")
        require(not any(math.isnan(event.value) for event in events), f"{tag} is not a number")
    return len(planes)


def check_csv(run, tags, path):
    """Values of a metrics file, which has five decimals; returns how many were compared."""
    compared = 0
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    by_tag = {tag: {event.step: event.value for event in run.Scalars(tag)} for tag in tags}
    for row in rows:
        step = int(float(row["step"]))
        for name, text in row.items():
            if name == "step" or name not in by_tag or step not in by_tag[name]:
                continue
            expected, value = float(text), by_tag[name][step]
            close = abs(value - expected) <= 1.1e-5 + 1e-6 * abs(expected)
            require(close, f"{path}: {name} of step {step} is {expected}, in TensorBoard {value}")
            compared += 1
    require(compared > 0, f"{path} and TensorBoard have no figure in common")
    return compared


def check_images(run, tags, planes):
    """Pictures of all planes, and of one size."""
    expected = {
        f"{kind}/plane_{plane}"
        for kind in ("charge", "label", "prediction")
        for plane in range(planes)
    }
    require(set(tags) == expected, f"pictures are {sorted(tags)}, not {sorted(expected)}")
    sizes = set()
    for tag in tags:
        # Undoing the filters of every picture of a long run takes long in Python.
        for image in run.Images(tag)[-3:]:
            (width, height, bits, color), shades = read_png(image.encoded_image_string)
            require((width, height) == (image.width, image.height), f"{tag} has another size")
            require((bits, color) == (8, 0), f"{tag} is not grey of 8 bits")
            if not tag.startswith("charge"):
                require(set(shades.ravel().tolist()) <= {0, 127, 255}, f"{tag} has other shades")
            sizes.add((width, height))
    require(len(sizes) == 1, f"pictures have the sizes {sizes}")
    return sizes.pop()


def check_histograms(run, tags):
    """Buckets that hold what was counted; returns the number of values of weights."""
    weights = 0
    for tag in tags:
        for event in run.Histograms(tag):
            value = event.histogram_value
            require(sum(value.bucket) == value.num, f"{tag} counts {value.num} other values")
            limits = list(value.bucket_limit)
            require(limits == sorted(set(limits)), f"edges of {tag} do not ascend")
            require(len(limits) == len(value.bucket), f"{tag} has edges without buckets")
            if value.num > 0:
                require(
                    value.min <= value.sum / value.num <= value.max, f"the mean of {tag} is off"
                )
                require(limits[-1] >= value.max, f"{tag} ends before its largest value")
        if tag.endswith("/weights"):
            weights += int(run.Histograms(tag)[-1].histogram_value.num)
    return weights


def check_texts(run, tags):
    """The configuration, which has a line for each option."""
    for tag in tags:
        metadata = run.SummaryMetadata(tag)
        require(metadata.plugin_data.plugin_name == "text", f"{tag} is no text")
        text = run.Tensors(tag)[0].tensor_proto.string_val[0].decode()
        if tag.startswith("configuration"):
            require(text.count("\n") > 5, f"{tag} has only {text.count(chr(10))} lines")


def check_run(folder, directory):
    """Everything in the event files of a folder."""
    run = EventAccumulator(str(folder), size_guidance=EVERYTHING)
    run.Reload()
    tags = run.Tags()
    planes = check_scalars(run, tags["scalars"])
    report = {
        "run": str(folder.relative_to(directory)),
        "files": len(list(folder.glob("events.out.tfevents.*"))),
        "scalars": len(tags["scalars"]),
        "steps": len(run.Scalars("loss")),
        "last step": run.Scalars("loss")[-1].step,
    }
    metrics = directory / f"{folder.name}_metrics.csv"
    if metrics.is_file():
        report["compared with csv"] = check_csv(run, tags["scalars"], metrics)
    if tags["images"]:
        report["pictures"] = len(tags["images"])
        report["size"] = check_images(run, tags["images"], planes)
    if tags["histograms"]:
        report["histograms"] = len(tags["histograms"])
        report["weights"] = check_histograms(run, tags["histograms"])
    check_texts(run, tags["tensors"])
    report["texts"] = tags["tensors"]
    return report, tags


def check_profile(path):
    """The original's columns, and parts that are no longer than their whole."""
    table = numpy.load(path)
    require(table.dtype == numpy.dtype(PROFILE), f"{path} has the columns {table.dtype}")
    require(len(table) > 0, f"{path} has no rows")
    require(bool(numpy.all(numpy.diff(table["i"]) > 0)), f"{path}: steps do not ascend")
    require(
        bool(numpy.all(numpy.diff(table["start"]) >= numpy.timedelta64(0))),
        f"{path}: starts do not ascend",
    )
    seconds = 1e-6 * table["iteration"].astype(float)
    parts = 1e-6 * sum(table[name].astype(float) for name in ("forward", "backward", "optimizer"))
    require(bool(numpy.all(parts <= seconds + 1e-4)), f"{path}: parts take longer than their step")
    return {
        "profile": path.name,
        "rows": len(table),
        "mean seconds": round(float(seconds.mean()), 4),
    }


def serve(directory, found):
    """Starts TensorBoard and asks it for the tags of every run."""
    port = "16006"
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(directory), "--port", port]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(plugin, route="tags", **query):
        address = (
            f"http://localhost:{port}/data/plugin/{plugin}/{route}?{urllib.parse.urlencode(query)}"
        )
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)

    try:
        expected = {
            plugin: {run: sorted(tags[plugin]) for run, tags in found.items() if tags[plugin]}
            for plugin in ("scalars", "images", "histograms")
        }
        deadline, served = time.time() + 60, None
        while served != expected and time.time() < deadline:
            time.sleep(1)
            try:
                served = {
                    plugin: {run: sorted(tags) for run, tags in ask(plugin).items() if tags}
                    for plugin in expected
                }
            except (urllib.error.URLError, ConnectionError):
                continue
        require(served == expected, f"TensorBoard serves {served}, not {expected}")
        texts = ask("text")
        for run, tags in found.items():
            require(set(tags["tensors"]) <= set(texts.get(run, [])), f"{run} has the texts {texts}")
        for run in found:
            steps = [point[1] for point in ask("scalars", "scalars", run=run, tag="loss")]
            require(steps == sorted(set(steps)), f"TensorBoard serves the steps {steps} of {run}")
        return {"served": {name: sum(map(len, tags.values())) for name, tags in served.items()}}
    finally:
        server.terminate()
        server.wait()


def main(arguments):
    paths = [argument for argument in arguments if argument != "--serve"]
    if len(paths) != 1 or paths[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    directory = pathlib.Path(paths[0])
    folders = sorted({path.parent for path in directory.rglob("events.out.tfevents.*")})
    try:
        require(folders, f"{directory} has no event files")
        found = {}
        for folder in folders:
            report, found[str(folder.relative_to(directory))] = check_run(folder, directory)
            print(json.dumps(report))
        for path in sorted(directory.rglob("profiling_info_rank_*.npy")):
            print(json.dumps(check_profile(path)))
        if "--serve" in arguments:
            print(json.dumps(serve(directory, found)))
    except WrongFileError as wrong:
        print(f"check_tensorboard: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
