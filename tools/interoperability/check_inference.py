#!/usr/bin/env python3
"""Check by the real larcv3 what `cosmic-tagger inference` wrote.

Usage (check_larcv.py says how larcv3 is installed):

    cosmic-tagger inference --file INPUT --checkpoint log --output OUTPUT
    venv/bin/python tools/interoperability/check_inference.py INPUT OUTPUT [PREFIX [PRODUCER ...]]

larcv3 reads both files.  Events must have the same numbers in the same order; the copied products
(sbndwire, and sbnd_cosmicseg where the output has it, or the PRODUCERs) the same voxels bit by bit;
the scores (PREFIX_score_background, ..._cosmic, ..._neutrino; PREFIX is cosmictagger) the voxels of
the first of these, three scores that add to one within 1e-5; and the label (PREFIX_label) must be
the class of the largest, in either convention of labels, the same for all events.  INPUT has
exactly the events of OUTPUT: this is not for --start-index and --iterations.

The exit code is 0 when all of this is so, 1 when it is not, 2 when the arguments are wrong.
"""

import os
import sys

import numpy

from check_larcv import open_manager, sparse2d_producers

CLASSES = ["background", "cosmic", "neutrino"]


def event_number(manager):
    """Run, subrun and event of the entry that was read."""
    event = manager.event_id()
    return int(event.run()), int(event.subrun()), int(event.event())


def planes(manager, producer):
    """The images of a product: ids and values of each plane."""
    images = []
    for plane in manager.get_data("sparse2d", producer).as_vector():
        voxels = plane.as_vector()
        ids = numpy.array([voxel.id() for voxel in voxels], dtype="<u8")
        values = numpy.array([voxel.value() for voxel in voxels], dtype="<f4")
        images.append((ids, values))
    return images


def same(left, right):
    """Whether two lists of planes are equal bit by bit."""
    return len(left) == len(right) and all(
        numpy.array_equal(a, c) and b.tobytes() == d.tobytes()
        for (a, b), (c, d) in zip(left, right)
    )


def check_entry(entry, source, output, prefix, copied, conventions):
    """What is wrong with an entry, in words; nothing where all is right."""
    if event_number(source) != event_number(output):
        return f"is event {event_number(output)}, in the input {event_number(source)}"
    for producer in copied:
        if not same(planes(source, producer), planes(output, producer)):
            return f"has other voxels of {producer} than the input"
    charge = planes(source, copied[0])
    scores = [planes(output, f"{prefix}_score_{name}") for name in CLASSES]
    labels = planes(output, f"{prefix}_label")
    for plane, (ids, _) in enumerate(charge):
        for product in scores + [labels]:
            if not numpy.array_equal(product[plane][0], ids):
                return f"has scores of other voxels than those of charge on plane {plane}"
        stacked = numpy.stack([product[plane][1] for product in scores])
        sums = stacked.sum(axis=0, dtype=numpy.float64)
        if ids.size and abs(sums - 1).max() > 1e-5:
            return f"has scores that add to {sums.min()} to {sums.max()} on plane {plane}"
        best = stacked.argmax(axis=0)
        exchanged = numpy.array([0, 2, 1])[best]
        given = labels[plane][1]
        conventions &= {
            name for name, label in (("new", best), ("old", exchanged)) if (label == given).all()
        }
        if not conventions:
            return f"has labels that are not those of the largest scores on plane {plane}"
    return None


def main(arguments):
    if len(arguments) < 2 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    # larcv3 prints its own lines to standard output; they go to standard error instead.
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    paths, prefix = arguments[:2], (arguments[2:3] or ["cosmictagger"])[0]
    for path in paths:
        if not os.path.isfile(path):
            print(f"{path}: no such file", file=sys.stderr)
            return 1
    written = sparse2d_producers(paths[1])
    copied = arguments[3:] or [name for name in ("sbndwire", "sbnd_cosmicseg") if name in written]
    source, output = (open_manager(path) for path in paths)
    entries = output.get_n_entries()
    if source.get_n_entries() != entries:
        print(f"{entries} entries, the input has {source.get_n_entries()}", file=sys.stderr)
        return 1
    conventions = {"new", "old"}
    for entry in range(entries):
        # Without the forced reload larcv3 labels entry 0 with another event's numbers.
        source.read_entry(entry, True)
        output.read_entry(entry, True)
        problem = check_entry(entry, source, output, prefix, copied, conventions)
        if problem:
            print(f"{paths[1]}: entry {entry} {problem}", file=sys.stderr)
            return 1
    products = ", ".join(copied)
    print(f"{entries} entries agree: {products}, scores and labels", file=results, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
