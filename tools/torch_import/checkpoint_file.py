"""Checkpoints as `cosmic-tagger` reads them; `Sources/Training/Checkpoints` has the layout."""

import json
import os
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy

from .refusal import INPUT_OUTPUT, RefusalError

FORMAT, VERSION = "submanifold-checkpoint", 1


def digest(arrays: Mapping[str, numpy.ndarray]) -> str:
    """The CRC-32 of names, extents and values, in the order of the names as UTF-8."""
    code = 0
    for name in in_order(arrays):
        code = zlib.crc32(name.encode(), code)
        code = zlib.crc32(numpy.array(arrays[name].shape, "<i8").tobytes(), code)
        code = zlib.crc32(arrays[name].astype("<f4").tobytes(), code)
    return f"{code:08x}"


def in_order(arrays: Mapping[str, numpy.ndarray]) -> list[str]:
    """Names by their UTF-8."""
    return sorted(arrays, key=str.encode)


def write(
    path: Path, arrays: Mapping[str, numpy.ndarray], step: int, settings: Mapping[str, str]
) -> str:
    """Writes a file, under a name of its own until it is complete, and returns its digest."""
    code = digest(arrays)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        fill(temporary, arrays, step, settings, code)
        # As if it had been made by its own name: mkstemp lets nobody else read.
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise RefusalError(
            INPUT_OUTPUT,
            f"{path} cannot be written ({error.strerror or error}): choose another place",
        ) from None
    return code


def fill(
    path: str,
    arrays: Mapping[str, numpy.ndarray],
    step: int,
    settings: Mapping[str, str],
    code: str,
) -> None:
    """Puts everything into a file."""
    with h5py.File(path, "w") as file:
        group = file.create_group("parameters")
        for name in in_order(arrays):
            group.create_dataset(name, data=arrays[name], dtype="<f4")
        texts = {
            "format": FORMAT,
            "configuration": json.dumps(settings, sort_keys=True, separators=(",", ":")),
            "digest": code,
        }
        for name, text in texts.items():
            # Of fixed length: what our reader takes.
            file.attrs[name] = numpy.bytes_(text.encode())
        file.attrs["version"] = numpy.int64(VERSION)
        file.attrs["step"] = numpy.int64(step)
