#!/usr/bin/env python3
"""Print how simulated events differ from real ones: compare.py REAL.h5 SIMULATED.h5

Needs h5py and numpy. Every figure is a mean over events, with the real events' least and largest.
"""

import sys

import h5py
import numpy

CHARGE, LABELS = "sparse2d_sbndwire_group", "sparse2d_sbnd_cosmicseg_group"
CLASSES = ("background", "cosmic", "neutrino")


def images(file, group):
    """Ids and values of every plane of every event, each with the extent of its second axis."""
    tables = file["Data"][group]
    events, planes = tables["extents"][:], tables["voxel_extents"][:]
    widths = tables["image_meta"]["number_of_voxels"][:, 1]
    for event in events:
        rows = range(event["first"], event["first"] + event["N"])
        yield [(voxels(tables, planes[row]), int(widths[row])) for row in rows]


def voxels(tables, extent):
    """Ids and values of one plane."""
    return tables["voxels"][extent["first"] : extent["first"] + extent["N"]]


def neighbours(pixel, width):
    """The pixels beside one, by sides or corners; none beyond the ends of its row."""
    column = pixel % width
    for step in (-1, 0, 1):
        if 0 <= column + step < width:
            yield from (pixel + row * width + step for row in (-1, 0, 1) if row or step)


def adjacent(ids, width):
    """The share of ascending ids that are followed by their neighbour in the same row."""
    return numpy.mean((numpy.diff(ids) == 1) & (ids[1:] % width != 0))


def lengths(ids, width):
    """Extents in pixels of the groups of pixels that touch, by sides or corners."""
    pixels = {int(i) for i in ids}
    found = []
    while pixels:
        waiting = [pixels.pop()]
        group = []
        while waiting:
            pixel = waiting.pop()
            group.append(divmod(pixel, width))
            for neighbour in neighbours(pixel, width):
                if neighbour in pixels:
                    pixels.remove(neighbour)
                    waiting.append(neighbour)
        found.append(1 + int(max(numpy.ptp(axis) for axis in zip(*group))))
    return numpy.array(found or [0])


def figures(path, events):
    """For each event the figures by name."""
    with h5py.File(path) as file:
        pairs = zip(images(file, CHARGE), images(file, LABELS))
        for _, (charges, labels) in zip(range(events), pairs):
            row = {}
            for plane, (charge, width) in enumerate(charges):
                row[f"voxels of plane {plane}"] = len(charge)
                noise = charge["id"][labels[plane][0]["value"] == 0]
                row[f"noise beside noise along drift, plane {plane}"] = adjacent(
                    noise, width
                )
            value = numpy.concatenate([charge["value"] for charge, _ in charges])
            label = numpy.concatenate([image["value"] for image, _ in labels])
            for number, name in enumerate(CLASSES):
                mine = value[label == number]
                row[f"share of {name}"] = len(mine) / len(value)
                for quantile in (0.1, 0.5, 0.9):
                    row[f"charge of {name}, {quantile:.0%}"] = (
                        numpy.quantile(mine, quantile) if len(mine) else numpy.nan
                    )
            tracks = numpy.concatenate(
                [
                    lengths(image["id"][image["value"] > 0], width)
                    for image, width in labels
                ]
            )
            row["clusters of 10 pixels or longer"] = numpy.sum(tracks >= 10)
            row["length of these, median"] = numpy.median(tracks[tracks >= 10])
            row["length of these, 90%"] = numpy.quantile(tracks[tracks >= 10], 0.9)
            yield row


def main():
    """Prints the table."""
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    real, simulated = (list(figures(path, 100)) for path in sys.argv[1:])
    print(
        "| per event | real | least | largest | simulated | within |\n|---|---|---|---|---|---|"
    )
    for name in real[0]:
        ours = numpy.nanmean([row[name] for row in simulated])
        theirs = numpy.array([row[name] for row in real])
        inside = "yes" if theirs.min() <= ours <= theirs.max() else "no"
        print(
            f"| {name} | {theirs.mean():.4g} | {theirs.min():.4g} | {theirs.max():.4g} "
            f"| {ours:.4g} | {inside} |"
        )


main()
