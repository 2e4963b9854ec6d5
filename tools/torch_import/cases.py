"""Small networks in the original's names, and the tool run on them."""

import contextlib
import io
import tempfile
import unittest
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import h5py
import numpy
import torch
from import_torch_checkpoint import main

from .configuration import Network, original
from .naming import DENSE, DENSE_2019, SPARSE, SPARSE_2019, Naming
from .parameters import parameters


def naming_of(name: str, form: str) -> Naming:
    """The names the original gives the modules of a preset."""
    is_seed = name == "seed"
    if form == "sparse":
        return Naming("sparse", SPARSE_2019 if is_seed else SPARSE, False, is_seed)
    kind = "3D" if name == "uresnet3d" else "2D"
    style = DENSE_2019 if is_seed else DENSE
    return Naming(kind, style, kind == "2D" and not is_seed, is_seed)


def state_of(network: Network, kind: Naming) -> dict[str, torch.Tensor]:
    """A state dictionary of random numbers."""
    random = torch.Generator().manual_seed(1)
    return {
        parameter.original: torch.rand(parameter.original_shape, generator=random)
        for parameter in parameters(network, kind)
        if parameter.original is not None
    }


class ImportCase(unittest.TestCase):
    """Runs the tool in a folder of its own."""

    network = replace(
        original("uresnet", "dense"),
        n_initial_filters=2,
        network_depth=2,
        blocks_per_layer=1,
        blocks_deepest_layer=1,
        blocks_final=1,
        bottleneck_deepest=5,
        filter_size_deepest=3,
        upsampling="convolutional",
    )
    kind = naming_of("uresnet", "dense")

    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.state = state_of(self.network, self.kind)

    def run_tool(self, content: object, *options: str) -> tuple[int, str]:
        """The exit code, and what was printed, for a file of this content."""
        torch.save(content, self.folder / "model.ckpt")
        return self.run_on("model.ckpt", *options)

    def run_on(self, name: str, *options: str, output: str = "model.h5") -> tuple[int, str]:
        """The same for a file there is."""
        printed = io.StringIO()
        words = [*options, str(self.folder / name), str(self.folder / output)]
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                code = main(words)
            except SystemExit as ending:
                code = ending.code
        return code, printed.getvalue()

    def written(self) -> tuple[dict[str, numpy.ndarray], Mapping]:
        """Arrays and attributes of the new checkpoint."""
        with h5py.File(self.folder / "model.h5") as file:
            arrays = {name: data[...] for name, data in file["parameters"].items()}
            return arrays, dict(file.attrs)
