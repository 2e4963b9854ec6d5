"""CosmicTagger's network over dense images, with the parameters of our sparse one.

Layer for layer what `cosmic-tagger build_net --preset P` lists: filters of 1×k×k over (plane, row,
column), so planes share weights and meet at the bottom only. Two layouts do the same arithmetic:

    folded  planes are part of the batch, [batch · planes, channels, rows, columns], Conv2d
    volume  planes are an axis, [batch, channels, planes, rows, columns], Conv3d of 1×k×k
"""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

PLANES = 3
CLASSES = 3


@dataclass(frozen=True)
class Preset:
    """The switches in which the presets differ, and the parameters that must come out."""

    parameters: int
    filters: int
    depth: int = 6
    blocks: int = 2
    blocks_deepest: int = 5
    blocks_final: int = 5
    residual: bool = True
    concatenates: bool = True
    doubles_channels: bool = False
    initial_filter: int = 5
    initial_activation: bool = True
    merge_activation: bool = True
    skips_leave_before_blocks: bool = False
    bottleneck: int | None = 256
    deepest_filter: int = 5
    leak: float = 1 / 3

    def channels(self, level: int) -> int:
        """Channels of a level; the bottom is level `depth`."""
        return self.filters << level if self.doubles_channels else self.filters * (level + 1)

    @property
    def deepest_channels(self) -> int:
        """Channels where the planes are merged."""
        return self.bottleneck or PLANES * self.channels(self.depth)


PRESETS = {
    "a21": Preset(
        parameters=8_553_219, filters=8, blocks_final=0, residual=False, concatenates=False
    ),
    "uresnet": Preset(parameters=18_553_491, filters=16),
    "seed": Preset(
        parameters=102_573_795,
        filters=12,
        depth=5,
        blocks_deepest=4,
        blocks_final=2,
        concatenates=False,
        doubles_channels=True,
        initial_filter=3,
        initial_activation=False,
        merge_activation=False,
        skips_leave_before_blocks=True,
        bottleneck=None,
        deepest_filter=3,
        leak=0,
    ),
}


class MergePlanes(nn.Module):
    """All planes into one: a 3×1×1 filter without padding."""

    def __init__(self, inputs: int, outputs: int, folded: bool) -> None:
        super().__init__()
        self.convolution = nn.Conv3d(inputs, outputs, (PLANES, 1, 1))
        self.folded = folded

    def forward(self, features: Tensor) -> Tensor:
        """[batch · planes, …] or [batch, channels, planes, …] to a single plane."""
        if not self.folded:
            return self.convolution(features)
        planes = features.unflatten(0, (-1, PLANES)).transpose(1, 2)
        return self.convolution(planes).squeeze(2)


class SplitPlanes(nn.Module):
    """One plane into all, with one bias for all of them."""

    def __init__(self, inputs: int, outputs: int, folded: bool) -> None:
        super().__init__()
        self.convolution = nn.ConvTranspose3d(inputs, outputs, (PLANES, 1, 1))
        self.folded = folded

    def forward(self, features: Tensor) -> Tensor:
        """The way back from `MergePlanes`."""
        if not self.folded:
            return self.convolution(features)
        planes = self.convolution(features.unsqueeze(2))
        return planes.transpose(1, 2).flatten(0, 1)


class Residual(nn.Module):
    """Two convolutions whose result is added to their input, then activated."""

    def __init__(self, branch: nn.Module, activation: nn.Module) -> None:
        super().__init__()
        self.branch = branch
        self.activation = activation

    def forward(self, features: Tensor) -> Tensor:
        """Of the same shape as its input."""
        return self.activation(self.branch(features).add_(features))


class Builder:
    """Makes the blocks of a preset in one of the two layouts."""

    def __init__(self, preset: Preset, layout: str) -> None:
        self.preset = preset
        self.folded = layout == "folded"
        self._convolution = nn.Conv2d if self.folded else nn.Conv3d
        self._transposed = nn.ConvTranspose2d if self.folded else nn.ConvTranspose3d
        self._normalization = nn.BatchNorm2d if self.folded else nn.BatchNorm3d

    def _extent(self, size: int, across_planes: int = 1) -> tuple[int, ...]:
        return (size, size) if self.folded else (across_planes, size, size)

    def convolution(self, inputs: int, outputs: int, size: int) -> nn.Module:
        """A convolution that keeps the image's size."""
        padding = self._extent(size // 2, across_planes=0)
        return self._convolution(inputs, outputs, self._extent(size), padding=padding)

    def activation(self) -> nn.Module:
        """A leaky ReLU, in place: its gradient is known from its result."""
        leak = self.preset.leak
        return nn.LeakyReLU(leak, inplace=True) if leak else nn.ReLU(inplace=True)

    def normalization(self, channels: int) -> nn.Module:
        """Statistics over all pixels of all planes of the batch."""
        return self._normalization(channels, eps=1e-4, momentum=0.02)

    def block(self, layer: nn.Module, channels: int, activated: bool = True) -> nn.Module:
        """A layer with what follows it."""
        rest = [self.normalization(channels), self.activation()] if activated else []
        return nn.Sequential(layer, *rest)

    def series(self, count: int, channels: int, size: int) -> nn.Sequential:
        """Plain or residual blocks one after the other."""

        def plain() -> nn.Module:
            return self.block(self.convolution(channels, channels, size), channels)

        def residual() -> nn.Module:
            second = self.convolution(channels, channels, size)
            branch = nn.Sequential(plain(), second, self.normalization(channels))
            return Residual(branch, self.activation())

        make = residual if self.preset.residual else plain
        return nn.Sequential(*(make() for _ in range(count)))

    def downsample(self, inputs: int, outputs: int) -> nn.Module:
        """Half the rows and columns."""
        halving = self._extent(2)
        return self.block(self._convolution(inputs, outputs, halving, halving), outputs)

    def upsample(self, inputs: int, outputs: int) -> nn.Module:
        """Twice the rows and columns."""
        doubling = self._extent(2)
        return self.block(self._transposed(inputs, outputs, doubling, doubling), outputs)

    def deepest(self) -> nn.Module:
        """The bottom, where planes meet."""
        preset = self.preset
        outer, inner = preset.channels(preset.depth), preset.deepest_channels
        activated = preset.merge_activation
        return nn.Sequential(
            self.block(MergePlanes(outer, inner, self.folded), inner, activated),
            self.series(preset.blocks_deepest, inner, preset.deepest_filter),
            self.block(SplitPlanes(inner, outer, self.folded), outer, activated),
        )


class Level(nn.Module):
    """One resolution: what happens to it on the way down, and again on the way up."""

    def __init__(self, number: int, builder: Builder) -> None:
        super().__init__()
        preset = builder.preset
        channels, deeper = preset.channels(number), preset.channels(number + 1)
        self.down = builder.series(preset.blocks, channels, 3)
        self.downsample = builder.downsample(channels, deeper)
        self.upsample = builder.upsample(deeper, channels)
        self.join = None
        if preset.concatenates:
            self.join = builder.block(builder.convolution(2 * channels, channels, 1), channels)
        self.up = builder.series(preset.blocks, channels, 3)

    def connect(self, features: Tensor, skip: Tensor) -> Tensor:
        """The way up and the skip, joined or added."""
        if self.join is None:
            return features + skip
        return self.join(torch.cat((features, skip), dim=1))


class DenseUNet(nn.Module):
    """Charge of every pixel in, one logit per class of every pixel out."""

    def __init__(self, preset: Preset, layout: str) -> None:
        super().__init__()
        builder = Builder(preset, layout)
        self.skips_leave_before_blocks = preset.skips_leave_before_blocks
        self.initial = builder.block(
            builder.convolution(1, preset.filters, preset.initial_filter),
            preset.filters,
            preset.initial_activation,
        )
        self.levels = nn.ModuleList(Level(number, builder) for number in range(preset.depth))
        self.deepest = builder.deepest()
        self.final = builder.series(preset.blocks_final, preset.filters, 3)
        self.classifier = builder.convolution(preset.filters, CLASSES, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Down, across the bottom, up."""
        features = self.initial(image)
        skips: list[Tensor] = []
        for level in self.levels:
            if self.skips_leave_before_blocks:
                skips.append(features)
            features = level.down(features)
            if not self.skips_leave_before_blocks:
                skips.append(features)
            features = level.downsample(features)
        features = self.deepest(features)
        for level, skip in zip(reversed(self.levels), reversed(skips), strict=True):
            features = level.up(level.connect(level.upsample(features), skip))
        return self.classifier(self.final(features))


def parameter_count(parameters: Iterable[Tensor]) -> int:
    """Number of trainable values."""
    return sum(parameter.numel() for parameter in parameters)
