"""CosmicTagger's dense 2D network: our `--form dense`, parameter by parameter.

Planes share weights and go through every layer one after the other, as in the original, so that
each is normalised for itself; they meet at the bottom as channels of one image.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from dense_unet import CLASSES, PLANES, Preset

ORIGINALS = {
    "a21": Preset(
        parameters=8_510_547,
        filters=8,
        blocks_final=0,
        residual=False,
        concatenates=False,
        skips_leave_before_blocks=True,
        leak=0.01,
    ),
    "uresnet": Preset(parameters=18_382_131, filters=16, skips_leave_before_blocks=True, leak=0.01),
}

Planes = Sequence[Tensor]


def block(preset: Preset, inputs: int, outputs: int, size: int) -> nn.Module:
    """A convolution, normalisation and activation."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, padding=size // 2),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(preset.leak, inplace=True),
    )


class Residual(nn.Module):
    """Two convolutions whose result is added to their input, then activated."""

    def __init__(self, preset: Preset, channels: int, size: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            block(preset, channels, channels, size),
            nn.Conv2d(channels, channels, size, padding=size // 2),
            nn.BatchNorm2d(channels),
        )
        self.activation = nn.LeakyReLU(preset.leak, inplace=True)

    def forward(self, features: Tensor) -> Tensor:
        """Of the same shape as its input."""
        return self.activation(self.branch(features).add_(features))


def series(preset: Preset, count: int, channels: int, size: int) -> nn.Module:
    """Plain or residual blocks one after the other."""
    if preset.residual:
        return nn.Sequential(*(Residual(preset, channels, size) for _ in range(count)))
    return nn.Sequential(*(block(preset, channels, channels, size) for _ in range(count)))


class Level(nn.Module):
    """One resolution: what happens to it on the way down, and again on the way up."""

    def __init__(self, preset: Preset, number: int) -> None:
        super().__init__()
        channels, deeper = preset.channels(number), preset.channels(number + 1)
        self.down = series(preset, preset.blocks, channels, 3)
        self.downsample = nn.Sequential(nn.MaxPool2d(2), block(preset, channels, deeper, 1))
        self.upsample = nn.Sequential(
            nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
            block(preset, deeper, channels, 1),
        )
        self.join = block(preset, 2 * channels, channels, 1) if preset.concatenates else None
        self.up = series(preset, preset.blocks, channels, 3)

    def connect(self, features: Tensor, skip: Tensor) -> Tensor:
        """The way up and the skip, joined or added."""
        if self.join is None:
            return features + skip
        return self.join(torch.cat((features, skip), dim=1))


class OriginalUNet(nn.Module):
    """Charge of every pixel in, one logit per class out; folded as in `DenseUNet`."""

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        outer, inner = preset.channels(preset.depth), preset.deepest_channels
        self.initial = block(preset, 1, preset.filters, preset.initial_filter)
        self.levels = nn.ModuleList(Level(preset, number) for number in range(preset.depth))
        self.deepest = nn.Sequential(
            block(preset, PLANES * outer, inner, 1),
            series(preset, preset.blocks_deepest, inner, preset.deepest_filter),
            block(preset, inner, PLANES * outer, 1),
        )
        self.final = nn.Sequential(
            series(preset, preset.blocks_final, preset.filters, 3),
            nn.Conv2d(preset.filters, CLASSES, 1),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Down, across the bottom, up; every layer plane by plane."""
        planes: Planes = [self.initial(images[plane::PLANES]) for plane in range(PLANES)]
        skips: list[Planes] = []
        for level in self.levels:
            skips.append(planes)
            planes = [level.downsample(level.down(plane)) for plane in planes]
        planes = self.deepest(torch.cat(planes, dim=1)).chunk(PLANES, dim=1)
        for level, skip in zip(reversed(self.levels), reversed(skips), strict=True):
            planes = [
                level.up(level.connect(level.upsample(plane), before))
                for plane, before in zip(planes, skip, strict=True)
            ]
        return torch.stack([self.final(plane) for plane in planes], dim=1).flatten(0, 1)
