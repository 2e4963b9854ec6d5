#!/usr/bin/env python3
"""Print what the real larcv3 reads from a file: one JSON line per entry, product and projection.

Usage:

    python3 -m venv venv
    venv/bin/pip install numpy h5py "cmake<4" scikit-build ninja
    venv/bin/pip install --no-build-isolation larcv==3.5.1
    venv/bin/python tools/interoperability/check_larcv.py FILE [PRODUCER ...]

(larcv comes as source only; compiling it takes some minutes and needs HDF5's headers.)

Without producers every sparse2d product of the file is read.  Every line has the keys

    entry, event_id    the entry number; run, subrun and event
    product            such as sparse2d_sbndwire
    projection         the position of the plane in the event
    meta               valid, id, number_of_voxels, image_sizes, origin
    n                  stored voxels
    sum_id, sum_val    sums of ids (exact) and of values (in double precision)
    crc_id, crc_val    CRC-32 of the ids as little-endian uint64 and of the values as float32

and the last line {"entries": N}.  Compare with `cosmic-tagger inspect`, or with the same lines made
from another file.  The exit code is 0 when everything could be read, 1 when larcv3 could not, 2
when the arguments are wrong.
"""

import json
import os
import sys
import zlib

import h5py
import numpy
import larcv


def sparse2d_producers(path):
    """The producers of the file's sparse2d products, by name."""
    prefix, suffix = "sparse2d_", "_group"
    with h5py.File(path, "r") as file:
        return sorted(
            name[len(prefix) : -len(suffix)]
            for name in file["Data"]
            if name.startswith(prefix) and name.endswith(suffix)
        )


def open_manager(path):
    """larcv3's own reader, initialised."""
    manager = larcv.IOManager(larcv.IOManager.kREAD, "check")
    manager.add_in_file(path)
    manager.initialize()
    return manager


def describe_meta(meta):
    """The geometry of a plane, as stored."""
    axes = range(2)
    return {
        "valid": bool(meta.is_valid()),
        "id": int(meta.id()),
        "number_of_voxels": [int(meta.number_of_voxels(axis)) for axis in axes],
        "image_sizes": [float(meta.image_size(axis)) for axis in axes],
        "origin": [float(meta.origin(axis)) for axis in axes],
    }


def describe_plane(plane):
    """Geometry, sums and checksums of a plane's voxels, in stored order."""
    voxels = plane.as_vector()
    ids = numpy.array([voxel.id() for voxel in voxels], dtype="<u8")
    values = numpy.array([voxel.value() for voxel in voxels], dtype="<f4")
    return {
        "meta": describe_meta(plane.meta()),
        "n": len(ids),
        "sum_id": int(sum(int(identifier) for identifier in ids)),
        "sum_val": float(values.sum(dtype=numpy.float64)),
        "crc_id": zlib.crc32(ids.tobytes()),
        "crc_val": zlib.crc32(values.tobytes()),
    }


def main(arguments):
    if not arguments or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    # larcv3 prints its own lines to standard output; they go to standard error instead.
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    path, producers = arguments[0], arguments[1:]
    if not os.path.isfile(path):
        print(f"{path}: no such file", file=sys.stderr)
        return 1
    producers = producers or sparse2d_producers(path)
    manager = open_manager(path)
    entries = manager.get_n_entries()
    for entry in range(entries):
        # Without the forced reload larcv3 labels entry 0 with another event's numbers.
        manager.read_entry(entry, True)
        event = manager.event_id()
        label = [int(event.run()), int(event.subrun()), int(event.event())]
        # Absent numbers are the largest unsigned ones in larcv3 and -1 in the file.
        label = [number - (1 << 64) if number >= 1 << 63 else number for number in label]
        for producer in producers:
            planes = manager.get_data("sparse2d", producer)
            for projection, plane in enumerate(planes.as_vector()):
                line = {
                    "entry": entry,
                    "event_id": label,
                    "product": f"sparse2d_{producer}",
                    "projection": projection,
                }
                print(json.dumps(line | describe_plane(plane)), file=results)
    manager.finalize()
    print(json.dumps({"entries": entries}), file=results, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
