#!/usr/bin/env python3
"""Print how many times faster, and smaller, ours is than a peer.

    compare.py OURS.json PEER.json

OURS.json comes from `cosmic-tagger profile --json` or `sparse-benchmark layers --json`, PEER.json
from dense_network.py or sparse_layers.py. Whole networks are compared by seconds and by memory,
layers by name. A ratio is the peer's figure over ours: above one, ours is better. Exit code 1: the
files have nothing in common.
"""

import argparse
import json
from pathlib import Path

WHOLE = {
    "train_step_seconds": ("training step", "s", 1.0),
    "inference_seconds": ("inference", "s", 1.0),
    "peak_resident_bytes": ("peak resident memory", "MiB", 2.0**-20),
}
GRADIENTS = ("input-gradient", "weight-gradient")
# What must agree for the ratio to mean anything, where both files tell it.
CIRCUMSTANCES = ("preset", "downsample", "batch", "threads", "sites", "event")


def main() -> int:
    """Compares two files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ours", type=Path)
    parser.add_argument("peer", type=Path)
    arguments = parser.parse_args()
    ours, peer = (read(path) for path in (arguments.ours, arguments.peer))
    print(f"peer: {peer.get('library', arguments.peer.name)}")
    for key in CIRCUMSTANCES:
        if key in ours and key in peer and ours[key] != peer[key]:
            print(f"Careful: {key} is {ours[key]} in ours and {peer[key]} in the peer's")
    compared = compare_whole(ours, peer) + compare_layers(ours, peer)
    if compared == 0:
        print("Nothing to compare: no figure of the two files has the same name")
    return 0 if compared else 1


def read(path: Path) -> dict:
    """A file's figures, or an end with a sentence."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path} cannot be read as JSON: {error}") from None


def compare_whole(ours: dict, peer: dict) -> int:
    """Network figures; how many there were."""
    compared = 0
    for key, (name, unit, scale) in WHOLE.items():
        # A peer that only infers holds less than one that trains.
        if key == "peak_resident_bytes" and not both_have("train_step_seconds", ours, peer):
            continue
        if both_have(key, ours, peer):
            line(name, ours[key] * scale, peer[key] * scale, unit)
            compared += 1
    return compared


def compare_layers(ours: dict, peer: dict) -> int:
    """Layers of the same name; how many figures there were."""
    known, compared = medians(ours), 0
    for name, theirs in medians(peer).items():
        mine = known.get(name)
        if mine:
            line(name, 1e3 * mine, 1e3 * theirs, "ms")
            compared += 1
    return compared


def both_have(key: str, ours: dict, peer: dict) -> bool:
    """Whether a figure is there, and not zero."""
    return bool(ours.get(key)) and bool(peer.get(key))


def medians(figures: dict) -> dict[str, float]:
    """Median seconds of the entries by name.

    Ours times the gradients of input and weights by themselves; what peers call forward+backward
    is the sum of the three.
    """
    found = {entry["name"]: entry["median_seconds"] for entry in figures.get("entries", [])}
    for name in list(found):
        parts = [name, *(name.replace("/forward/", f"/{part}/") for part in GRADIENTS)]
        if "/forward/" in name and all(part in found for part in parts):
            total = sum(found[part] for part in parts)
            found.setdefault(name.replace("/forward/", "/forward+backward/"), total)
    return found


def line(name: str, ours: float, peer: float, unit: str) -> None:
    """One comparison."""
    print(f"{name:48} ours {ours:10.4g} {unit:3}  peer {peer:10.4g} {unit:3}  {peer / ours:7.2f} x")


if __name__ == "__main__":
    raise SystemExit(main())
