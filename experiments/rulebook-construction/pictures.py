"""Draws the figures of `run`: pictures.py RESULTS."""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

results = pathlib.Path(sys.argv[1])


def entries(name):
    """The entries of one measurement, with the parts of their names."""
    file = results / f"{name}.json"
    if not file.exists():
        return
    for entry in json.loads(file.read_text())["entries"]:
        *sites, level, rulebook, index, _ = entry["name"].replace("1×2×2/1×2×2", "halving").split("/")
        yield "/".join(sites), level, rulebook, index, entry


def nanoseconds(entry):
    return entry["median_seconds"] * 1e9 / max(1, entry["sites"])


def finish(name, title, xlabel):
    if not plt.gca().lines:
        plt.close()
        return
    plt.title(title)
    plt.xlabel(xlabel)
    plt.ylabel("nanoseconds a site")
    plt.yscale("log")
    plt.grid(alpha=0.3)
    plt.legend()
    plt.tight_layout()
    plt.savefig(results / f"{name}.png", dpi=110)
    plt.close()


def lines(rows):
    """Rows of (label, x, y) as one line for each label."""
    labels = dict.fromkeys(label for label, _, _ in rows)
    for label in labels:
        points = [(x, y) for other, x, y in rows if other == label]
        plt.plot(*zip(*points), marker="o", label=label)


lines([
    (index, int(level.split()[1]), nanoseconds(entry))
    for _, level, rulebook, index, entry in entries("levels")
    if rulebook == "1×3×3"
])
finish("levels", "Rulebook of a 3×3 filter, one event at full resolution", "level")

lines([
    (f"{index}, {sites.split()[3]} sites", 100 * entry["details"]["occupancy"], nanoseconds(entry))
    for sites, _, _, index, entry in entries("occupancy")
    if index in ("sparsehash", "automatic")
])
plt.xscale("log")
finish("occupancy", "All rulebooks of a U-Net, random sites", "occupied pixels (%)")

lines([(index, entry["sites"], nanoseconds(entry)) for _, _, _, index, entry in entries("scale")])
plt.xscale("log")
finish("scale", "All rulebooks of a U-Net, 0.7 % of pixels occupied", "sites")
