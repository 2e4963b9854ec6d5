"""How CosmicTagger's networks of different years call their modules."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Style:
    """The modules in a block: a convolution, and the normalisation that follows it."""

    plain: tuple[str, str]
    first: tuple[str, str]
    second: tuple[str, str]
    # The normalisation after the convolutions that halve, double, merge and split.
    normalization: str


DENSE = Style(
    ("conv", "norm"),
    ("convolution_1.conv", "convolution_1.norm"),
    ("convolution_2.conv", "convolution_2.norm"),
    "norm",
)
SPARSE = Style(("conv1", "relu"), ("conv1", "relu1"), ("conv2", "norm2"), "relu")
DENSE_2019 = Style(("conv", "bn"), ("conv1", "bn1"), ("conv2", "bn2"), "bn")
SPARSE_2019 = Style(("conv1", "bn1"), ("conv1", "bn1"), ("conv2", "bn2"), "bn")


@dataclass(frozen=True)
class Naming:
    """Which kind of network a state dictionary is of, and what its modules are called."""

    # `2D` and `3D` on full images, or `sparse`.
    kind: str
    style: Style
    # Whether blocks are `blocks.0`, or `block_0`.
    is_listed: bool
    # Whether it is a network of June 2019, as far as that shows.
    is_seed: bool

    @property
    def form(self) -> str:
        """The form of presets of this kind."""
        return "sparse" if self.kind == "sparse" else "dense"

    @property
    def mode(self) -> str:
        """The way planes are taken together in presets of this kind."""
        return "3D" if self.kind == "3D" else "2D"

    def block(self, series: str, number: int) -> str:
        """A block of a series."""
        return f"{series}.blocks.{number}" if self.is_listed else f"{series}.block_{number}"


def level(number: int) -> str:
    """The module of a level; the bottom is below the one after the last."""
    return "net_core" + ".main_module" * number


def naming(shapes: Shapes) -> Naming | None:
    """What the names and the shape of the last convolution tell; nothing for another network."""
    last = shapes.get("bottleneck.weight", ())
    match last:
        case (_, _, 1, 1, 1):
            kind = "3D"
        case (1, 1, _, _) | (1, _, _):
            kind = "sparse"
        case (_, _, 1, 1):
            kind = "2D"
        case _:
            return None
    is_listed = any(re.search(r"\.blocks\.\d+\.", name) for name in shapes)
    if kind == "sparse":
        is_seed = is_of_2019(shapes)
        return Naming(kind, SPARSE_2019 if is_seed else SPARSE, is_listed, is_seed)
    is_today = is_listed or any(".convolution_1." in name or ".norm." in name for name in shapes)
    style = DENSE if is_today else DENSE_2019
    return Naming(kind, style, is_listed, "initial_convolution.weight" in shapes)


def is_of_2019(shapes: Shapes) -> bool:
    """Whether a sparse network is one of June 2019; without norms its first filter, 3×3, tells."""
    if any(name.endswith(".running_mean") for name in shapes):
        return any(re.search(r"\.bn\d?\.", name) for name in shapes)
    return shapes.get("initial_convolution.weight", (0,))[0] == 9
