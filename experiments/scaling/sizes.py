#!/usr/bin/env python3
"""Count the sites of events: sizes.py FILE.h5 [HALVINGS]

Needs h5py and numpy. Prints for each event its voxels of charge, which ranks balance by, and its sites
after halvings, which they compute.
"""

import sys

import h5py
import numpy


def sites(ids, width, halvings):
    """Pixels of a plane that are not empty after it was halved so often."""
    rows, columns = ids // width >> halvings, ids % width >> halvings
    return len(numpy.unique(rows * width + columns))


def main():
    """Prints the table."""
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    halvings = int(sys.argv[2]) if len(sys.argv) == 3 else 1
    print("voxels,sites")
    with h5py.File(sys.argv[1]) as file:
        tables = file["Data/sparse2d_sbndwire_group"]
        planes = tables["voxel_extents"][:]
        widths = tables["image_meta"]["number_of_voxels"][:, 1].astype(int)
        for event in tables["extents"][:]:
            first = int(event["first"])
            rows = range(first, first + int(event["N"]))
            start = int(planes[rows[0]]["first"])
            count = sum(int(planes[row]["N"]) for row in rows)
            # One read an event: its planes follow each other.
            ids = tables["voxels"][start : start + count]["id"].astype(int)
            parts = [int(planes[row]["first"]) - start for row in rows]
            found = sum(
                sites(ids[part : part + int(planes[row]["N"])], widths[row], halvings)
                for row, part in zip(rows, parts)
            )
            print(count, found, sep=",")


main()
