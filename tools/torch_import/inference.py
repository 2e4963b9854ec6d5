"""A network's switches from its parameters, and what these do not tell."""

import math
import re
from dataclasses import replace

from .configuration import Network, original
from .naming import Naming, Shapes, level
from .refusal import BAD_DATA, RefusalError

# Switches that leave no trace in a state dictionary, and what they are taken to be.
UNTOLD = {
    "connections": "neither sum nor none has parameters, as concat has: sum",
    "deepest": "sparse networks of today have a bottom, and return its input: none; merged for "
    "those of 2019, and where the bottom was trained",
    "connect_pre_res_blocks_down": "skips leave before the blocks: True in 2D and in June 2019",
    "connect_pre_res_blocks_up": "skips join before the blocks: True but in 3D",
    "leak": "slope of activations: 0.01 dense, 0.333 sparse, 0 until October 2019",
    "leak_after_sum": "slope after the sum of a residual block: a third for sparse ones of today",
    "leak_of_scaling": "slope after convolutions that halve and double: 0 in 3D",
    "normalization_epsilon": "added to the variance: 1e-5 dense, 1e-4 sparse",
    "normalization_momentum": "weight of a batch: 0.1 dense, 0.01 sparse",
}


def infer(file: str, naming: Naming, shapes: Shapes) -> Network:
    """The switches that shapes and names tell, on top of what its kind of network always had."""
    base = original("seed" if naming.is_seed else "uresnet", naming.form, naming.mode)
    if naming.kind == "3D" and naming.is_seed:
        raise RefusalError(
            BAD_DATA,
            f"{file} is the 3D network of 2019, whose bottom is another than ours: import one of "
            "2020 or later",
        )
    reader = ShapeReader(file, naming, shapes)
    told = reader.outside() | reader.blocks()
    if (told["input_channels"], told["classes"]) != (base.input_channels, base.classes):
        raise RefusalError(
            BAD_DATA,
            f"{file} is of a network of {told['input_channels']} input channels and "
            f"{told['classes']} classes: only those of charge and of three classes can be imported",
        )
    told |= reader.growth(told["n_initial_filters"], told["network_depth"], base)
    network = replace(base, **told)
    network = replace(network, **reader.bottom(network))
    if naming.kind == "2D" and network.initial_filter_size == 7:
        # The network of October 2019.
        network = replace(
            network,
            leak=0.0,
            connect_pre_res_blocks_down=False,
            connect_pre_res_blocks_up=False,
        )
    if naming.kind == "sparse" and not naming.is_seed and not network.batch_norm:
        # SparseConvNet's activation has a third where the one with normalisation has 0.333.
        network = replace(network, leak=1 / 3)
    return network


class ShapeReader:
    """Reads switches off shapes."""

    def __init__(self, file: str, naming: Naming, shapes: Shapes) -> None:
        self.file, self.naming, self.shapes = file, naming, shapes

    def outside(self) -> dict:
        """What the first and the last convolution tell, and whether there are biases and norms."""
        inputs, outputs, size = self.convolution(
            "initial_convolution.conv"
            if self.has("initial_convolution.conv.weight")
            else "initial_convolution"
        )
        depth = 0
        while self.has(f"{level(depth)}.downsample."):
            depth += 1
        return {
            "input_channels": inputs,
            "n_initial_filters": outputs,
            "initial_filter_size": size,
            "initial_activation": self.has("initial_convolution.conv.weight"),
            "classes": self.convolution("bottleneck")[1],
            "network_depth": depth,
            "use_bias": self.has("bottleneck.bias"),
            "batch_norm": any(name.endswith(".running_mean") for name in self.shapes),
        }

    def blocks(self) -> dict:
        """What the levels are made of."""
        top = level(0)
        told = {
            "blocks_per_layer": self.count(f"{top}.down_blocks"),
            "blocks_final": self.count("final_layer"),
            "downsampling": self.scaling(f"{top}.downsample", "max_pooling"),
            "upsampling": self.scaling(
                f"{top}.upsample", "bilinear" if self.naming.kind == "2D" else "interpolation"
            ),
            "connections": "concat" if self.has(f"{top}.connection.") else "sum",
        }
        if any(re.search(r"\.(convolution_2\.|conv2\.)", name) for name in self.shapes):
            told["residual"] = True
        elif any(re.search(r"\.block(s\.|_)\d", name) for name in self.shapes):
            told["residual"] = False
        if told["connections"] == "concat":
            told["join_activation"] = self.has(f"{top}.connection.bottleneck.conv.")
        return told

    def growth(self, filters: int, depth: int, base: Network) -> dict:
        """How channels grow: from the third level on additive and multiplicative growth differ."""
        if depth < 2:
            return {"growth_rate": base.growth_rate}
        _, outputs, _ = self.convolution(self.scaled(f"{level(1)}.downsample"))
        return {"growth_rate": "multiplicative" if outputs == 4 * filters else "additive"}

    def bottom(self, network: Network) -> dict:
        """What happens to the planes at the bottom."""
        bottom, last = level(network.network_depth + 1), network.channels(network.network_depth)
        told = {"blocks_deepest_layer": self.count(f"{bottom}.blocks")}
        first = self.naming.block(f"{bottom}.blocks", 0)
        inner = planes = None
        if told["blocks_deepest_layer"] > 0:
            style = self.naming.style.first if network.residual else self.naming.style.plain
            inner, _, told["filter_size_deepest"] = self.convolution(f"{first}.{style[0]}")
        match self.naming.kind:
            case "sparse":
                planes = self.shape(f"{bottom}.merger.weight")[0]
                _, inner, _ = self.convolution(f"{bottom}.merger")
            case "3D":
                _, inner, _ = self.convolution(f"{bottom}.merger.conv")
            case _ if self.has(f"{bottom}.bottleneck."):
                inputs, inner, _ = self.convolution(f"{bottom}.bottleneck.conv")
                planes = inputs // last
                told["deepest"] = "per_plane" if planes == 1 else "merged"
                told["merge_activation"] = True
            case _:
                planes = (inner or last * network.planes) // last
                told["deepest"] = "per_plane" if planes == 1 else "stacked"
        if planes not in (None, 1):
            told["planes"] = planes
        is_default = network.bottleneck_deepest is None and inner in (None, last * (planes or 1))
        told["bottleneck_deepest"] = None if is_default else inner
        return told

    def scaled(self, module: str) -> str:
        """The convolution that goes with a halving or doubling."""
        return (
            f"{module}.bottleneck.conv" if self.has(f"{module}.bottleneck.") else f"{module}.conv"
        )

    def scaling(self, module: str, parameterless: str) -> str:
        """A halving or doubling: by a convolution, or one without parameters before a 1×1 one."""
        return parameterless if self.has(f"{module}.bottleneck.") else "convolutional"

    def count(self, series: str) -> int:
        """Blocks of a series."""
        pattern = re.compile(re.escape(series) + r"\.block(?:s\.|_)(\d+)\.")
        found = [int(match[1]) for name in self.shapes if (match := pattern.match(name))]
        return max(found, default=-1) + 1

    def convolution(self, module: str) -> tuple[int, int, int]:
        """Channels in and out and the extent in a plane of a convolution."""
        shape = self.shape(f"{module}.weight")
        if self.naming.kind == "sparse":
            # Offsets, groups, channels in and out.
            return shape[-2], shape[-1], math.isqrt(shape[0])
        return shape[1], shape[0], shape[-1]

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a weight."""
        shape = self.shapes.get(name)
        if shape is None or len(shape) != len(self.shapes["bottleneck.weight"]):
            found = "lacks it" if shape is None else f"has it of shape {list(shape)}"
            raise RefusalError(
                BAD_DATA,
                f"{self.file} should have a parameter {name}, the weight of a convolution, but "
                f"{found}: give a UResNet of CosmicTagger as it was saved",
            )
        return shape

    def has(self, beginning: str) -> bool:
        """Whether a name begins so."""
        return any(name.startswith(beginning) for name in self.shapes)
