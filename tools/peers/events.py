"""Read events of larcv3 files, and make images or sites of them, as `cosmic-tagger` does."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy

IMAGE_PRODUCER = "sbndwire"
LABEL_PRODUCER = "sbnd_cosmicseg"


@dataclass(frozen=True)
class PlaneImage:
    """The stored pixels of one wire plane: rows count drift time, columns wires."""

    rows: numpy.ndarray
    columns: numpy.ndarray
    charges: numpy.ndarray
    labels: numpy.ndarray
    shape: tuple[int, int]

    @property
    def count(self) -> int:
        """Number of sites."""
        return len(self.rows)


def opened(path: Path) -> h5py.File:
    """The file, or an end with a sentence."""
    try:
        return h5py.File(path, "r")
    except OSError as error:
        raise SystemExit(f"{path} cannot be read as larcv3 (HDF5): {error}") from None


def read_event(path: Path, event: int, downsample: int = 0) -> list[PlaneImage]:
    """The planes of one event, halved `downsample` times.

    As in larcv3, the charge of a coarse pixel is the float32 sum of its stored charges, in stored
    order, over the number of pixels; its label is the largest.
    """
    with opened(path) as file:
        count = len(file["Events/event_id"])
        if not 0 <= event < count:
            raise SystemExit(f"{path} has no event {event}: use 0 to {count - 1}")
        charges = _read_product(file, IMAGE_PRODUCER, event)
        labels = _read_product(file, LABEL_PRODUCER, event)
    return [
        _plane(charge, label, downsample) for charge, label in zip(charges, labels, strict=True)
    ]


def read_batch(path: Path, first: int, batch: int, downsample: int) -> list[list[PlaneImage]]:
    """As many events as asked for, beginning anew after the file's last one."""
    with opened(path) as file:
        count = len(file["Events/event_id"])
    return [read_event(path, (first + number) % count, downsample) for number in range(batch)]


def coarser_sites(rows: numpy.ndarray, columns: numpy.ndarray) -> tuple[numpy.ndarray, ...]:
    """The sites of a strided 2×2 convolution: each coarse pixel above any site, in row order."""
    keys = numpy.unique((rows // 2).astype(numpy.int64) << 32 | (columns // 2))
    return keys >> 32, keys & 0xFFFFFFFF


def _read_product(file: h5py.File, producer: str, event: int) -> list[tuple]:
    """Ids, values and size of each plane of an event."""
    group = file[f"Data/sparse2d_{producer}_group"]
    extent = group["extents"][event]
    first, number = int(extent["first"]), int(extent["N"])
    metas = group["image_meta"][first : first + number]
    planes = []
    for row, meta in zip(group["voxel_extents"][first : first + number], metas, strict=True):
        voxels = group["voxels"][int(row["first"]) : int(row["first"]) + int(row["N"])]
        size = tuple(int(length) for length in meta["number_of_voxels"])
        planes.append((voxels["id"].astype(numpy.int64), voxels["value"], size))
    return planes


def _plane(charge: tuple, label: tuple, downsample: int) -> PlaneImage:
    identifiers, values, (first, second) = charge
    coordinates = numpy.stack(numpy.divmod(identifiers, second)) >> downsample
    # The longer axis counts wires, as in all files so far.
    wires, drifts = coordinates if first >= second else coordinates[::-1]
    height, width = sorted((first >> downsample, second >> downsample))
    keys, sites = numpy.unique(drifts * width + wires, return_inverse=True)
    sums = numpy.zeros(len(keys), dtype=numpy.float32)
    numpy.add.at(sums, sites, values)
    classes = numpy.zeros(len(keys), dtype=numpy.int64)
    if not numpy.array_equal(identifiers, label[0]):
        raise SystemExit("charge and labels list different pixels: these scripts need the same")
    numpy.maximum.at(classes, sites, label[1].astype(numpy.int64))
    return PlaneImage(
        rows=keys // width,
        columns=keys % width,
        charges=sums / numpy.float32(4**downsample),
        labels=classes,
        shape=(height, width),
    )
