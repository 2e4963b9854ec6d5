"""The parameters of a network, each with the original's name, shape and layout."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy

from .configuration import Network
from .naming import Naming, level

Layout = Callable[[numpy.ndarray], numpy.ndarray]


@dataclass(frozen=True)
class Parameter:
    """A parameter of ours, and where it comes from."""

    name: str
    shape: tuple[int, ...]
    # Nothing for a bias that the original has not: it is zero.
    original: str | None
    original_shape: tuple[int, ...]
    # From the original's order of axes to ours.
    layout: Layout
    is_trained: bool = True


def parameters(network: Network, naming: Naming) -> list[Parameter]:
    """All parameters and running statistics of a network."""
    return Lister(network, naming).everything()


class Lister:
    """Walks through a network as `UResNet` builds it."""

    def __init__(self, network: Network, naming: Naming) -> None:
        self.network, self.naming = network, naming
        self.found: list[Parameter] = []

    def everything(self) -> list[Parameter]:
        """All of it, in the order data takes."""
        network = self.network
        filters, size = network.n_initial_filters, network.initial_filter_size
        self.block(
            "initial",
            "initial_convolution",
            network.input_channels,
            filters,
            (1, size, size),
            is_block=network.initial_activation,
        )
        for number in range(network.network_depth):
            self.level(number)
        self.bottom()
        self.series("final", "final_layer", network.blocks_final, filters, 3)
        self.convolution("classifier", "bottleneck", filters, network.classes)
        return self.found

    def level(self, number: int) -> None:
        """One resolution, on the way down and up."""
        network, ours, theirs = self.network, f"level{number}", level(number)
        outer, inner = network.channels(number), network.channels(number + 1)
        blocks = network.blocks_per_layer
        self.series(f"{ours}.down", f"{theirs}.down_blocks", blocks, outer, 3)
        self.scaling("downsample", number, outer, inner, network.downsampling, False)
        self.scaling("upsample", number, inner, outer, network.upsampling, True)
        if network.connections == "concat":
            self.block(
                f"{ours}.join",
                f"{theirs}.connection.bottleneck",
                2 * outer,
                outer,
                is_block=network.join_activation,
            )
        self.series(f"{ours}.up", f"{theirs}.up_blocks", blocks, outer, 3)

    def scaling(
        self, part: str, number: int, inputs: int, outputs: int, way: str, is_transposed: bool
    ) -> None:
        """A halving or doubling."""
        ours, theirs = f"level{number}.{part}", f"{level(number)}.{part}"
        if way == "convolutional":
            self.block(ours, theirs, inputs, outputs, (1, 2, 2), is_transposed=is_transposed)
        else:
            self.block(f"{ours}.block", f"{theirs}.bottleneck", inputs, outputs)

    def bottom(self) -> None:
        """Where planes may meet."""
        network, theirs = self.network, level(self.network.network_depth + 1)
        outer, inner = network.channels(network.network_depth), network.deepest_channels
        if network.deepest == "none":
            return
        merge, split = "merger", "splitter"
        if self.naming.kind == "2D":
            merge, split = "bottleneck", "unbottleneck"
        ends = (f"{theirs}.{merge}", f"{theirs}.{split}")
        is_block = network.merge_activation
        match network.deepest:
            case "merged" if self.naming.kind == "2D":
                self.merging(ends, outer, inner)
            case "merged":
                planes = (network.planes, 1, 1)
                self.block("deepest.merge", ends[0], outer, inner, planes, is_block=is_block)
                self.block("deepest.split", ends[1], inner, outer, planes, is_block=is_block)
            case "convolved":
                self.block("deepest.merge", ends[0], outer, inner, (3, 1, 1), is_block=is_block)
                self.block("deepest.split", ends[1], inner, outer, (3, 1, 1), is_block=is_block)
            case "per_plane" if network.bottleneck_deepest:
                self.block("deepest.merge", ends[0], outer, inner, is_block=is_block)
                self.block("deepest.split", ends[1], inner, outer, is_block=is_block)
        self.series(
            "deepest.blocks",
            f"{theirs}.blocks",
            network.blocks_deepest_layer,
            inner,
            network.filter_size_deepest,
        )

    def merging(self, ends: tuple[str, str], outer: int, inner: int) -> None:
        """Planes as channels of a 1×1 convolution, which are the offsets of our filters."""
        planes, norm = self.network.planes, self.naming.style.normalization
        merge, split = ends
        self.add(
            "deepest.merge.convolution.weight",
            (planes, outer, inner),
            f"{merge}.conv.weight",
            (inner, planes * outer, 1, 1),
            lambda array: array.reshape(inner, planes, outer).transpose(1, 2, 0),
        )
        self.bias("deepest.merge.convolution.bias", f"{merge}.conv.bias", inner)
        self.normalization("deepest.merge", f"{merge}.{norm}", inner)
        self.add(
            "deepest.split.convolution.weight",
            (planes, inner, outer),
            f"{split}.conv.weight",
            (planes * outer, inner, 1, 1),
            lambda array: array.reshape(planes, outer, inner).transpose(0, 2, 1),
        )
        # Each plane has its own: the channels of all planes one after the other, as they are there.
        self.bias("deepest.split.bias.bias", f"{split}.conv.bias", planes * outer)
        self.normalization("deepest.split", f"{split}.{norm}", planes * outer)

    def series(self, ours: str, theirs: str, count: int, channels: int, size: int) -> None:
        """Plain or residual blocks one after the other."""
        style, filter_size = self.naming.style, (1, size, size)
        for number in range(count):
            block, original = f"{ours}.block{number}", self.naming.block(theirs, number)
            parts = [("", style.plain)]
            if self.network.residual:
                parts = [(".first", style.first), (".second", style.second)]
            for part, (convolution, norm) in parts:
                # SparseConvNet's residual blocks never had a bias there.
                has_bias = self.naming.kind != "sparse" or part != ".second"
                self.convolution(
                    f"{block}{part}.convolution",
                    f"{original}.{convolution}",
                    channels,
                    channels,
                    filter_size,
                    has_bias=has_bias,
                )
                self.normalization(f"{block}{part}", f"{original}.{norm}", channels)

    def block(
        self,
        ours: str,
        theirs: str,
        inputs: int,
        outputs: int,
        filter_size: tuple[int, int, int] = (1, 1, 1),
        is_transposed: bool = False,
        is_block: bool = True,
    ) -> None:
        """A convolution with its normalisation; one by itself is a module of its own there."""
        convolution = f"{theirs}.conv" if is_block else theirs
        self.convolution(
            f"{ours}.convolution", convolution, inputs, outputs, filter_size, is_transposed
        )
        if is_block:
            self.normalization(ours, f"{theirs}.{self.naming.style.normalization}", outputs)

    def convolution(
        self,
        ours: str,
        theirs: str,
        inputs: int,
        outputs: int,
        filter_size: tuple[int, int, int] = (1, 1, 1),
        is_transposed: bool = False,
        has_bias: bool = True,
    ) -> None:
        """A weight of offsets × channels in × channels out, and a bias."""
        volume = math.prod(filter_size)
        extents = filter_size if self.naming.kind == "3D" else filter_size[1:]
        if self.naming.kind == "sparse":
            original, axes = (volume, 1, inputs, outputs), (0, 1, 2)
        elif is_transposed:
            original, axes = (inputs, outputs, *extents), (2, 0, 1)
        else:
            original, axes = (outputs, inputs, *extents), (2, 1, 0)
        folded = (volume, inputs, outputs) if axes == (0, 1, 2) else (*original[:2], volume)
        self.add(
            f"{ours}.weight",
            (volume, inputs, outputs),
            f"{theirs}.weight",
            original,
            lambda array: array.reshape(folded).transpose(axes),
        )
        self.bias(f"{ours}.bias", f"{theirs}.bias" if has_bias else None, outputs)

    def bias(self, ours: str, theirs: str | None, channels: int) -> None:
        """A bias, if the network has any."""
        if self.network.use_bias:
            self.add(ours, (channels,), theirs, (channels,), numpy.asarray)

    def normalization(self, ours: str, theirs: str, channels: int) -> None:
        """Scale, shift and running statistics, if the network has any."""
        if not self.network.batch_norm:
            return
        for field, name, is_trained in [
            ("scale", "weight", True),
            ("shift", "bias", True),
            ("runningMean", "running_mean", False),
            ("runningVariance", "running_var", False),
        ]:
            self.found.append(
                Parameter(
                    f"{ours}.normalization.{field}",
                    (channels,),
                    f"{theirs}.{name}",
                    (channels,),
                    numpy.asarray,
                    is_trained,
                )
            )

    def add(
        self,
        ours: str,
        shape: tuple[int, ...],
        theirs: str | None,
        original: tuple[int, ...],
        layout: Layout,
    ) -> None:
        """One parameter that is trained."""
        self.found.append(Parameter(ours, shape, theirs, original, layout))
