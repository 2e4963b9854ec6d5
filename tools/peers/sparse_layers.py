#!/usr/bin/env python3
"""Time submanifold 3×3 convolutions and their rulebooks in spconv (CPU) on the sites of an event.

Level L has the sites that L strided 2×2 convolutions leave; planes are the batch of a 2D
convolution. Rulebooks (spconv's indice pairs) are built once for the convolutions and timed by
themselves. Entries have the names and keys of `sparse-benchmark layers --json`, where levels begin
at full resolution too; compare.py puts the two beside each other.

spconv's results are compared first with PyTorch's dense convolution, with one thread and with two,
and the JSON tells what came of it. Where two threads are wrong (as in 2.3.8), time one.
"""

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy
import spconv
import spconv.pytorch
import spconv.pytorch.ops
import torch
from spconv.core import ConvAlgo
from spconv.pytorch.ops import get_indice_pairs
from torch import Tensor
from torch.nn import functional

from events import PlaneImage, coarser_sites, read_event
from measurement import peak_resident_bytes, repeat, surroundings, write

# spconv's backward asks CUDA for a stream that its branch for processors then does not use.
spconv.pytorch.ops.get_current_stream = lambda: 0

FILTER = 3
RULEBOOK = "sites"
# Relative to the largest value: float32 sums of up to 9 · 128 products in another order.
TOLERANCE = 1e-4


@dataclass(frozen=True)
class Sites:
    """The sites of all planes at one level: [count, (plane, row, column)]."""

    indices: Tensor
    planes: int
    shape: tuple[int, int]

    @property
    def count(self) -> int:
        """Number of sites."""
        return len(self.indices)

    def tensor(self, features: Tensor) -> spconv.pytorch.SparseConvTensor:
        """Features on these sites, without any rulebook yet."""
        return spconv.pytorch.SparseConvTensor(
            features, self.indices, list(self.shape), self.planes
        )


def main() -> None:
    """Checks, measures, prints and writes."""
    arguments = parse()
    torch.manual_seed(0)
    planes = read_event(arguments.file, arguments.event, arguments.downsample)
    first, last = arguments.levels
    levels = all_levels(planes, last)
    checks = [check(levels, threads) for threads in sorted({1, 2, arguments.threads})]
    torch.set_num_threads(arguments.threads)
    entries = []
    for level in range(first, last + 1):
        sites = levels[level]
        rulebook = rulebook_entry(sites, level, arguments)
        entries.append(rulebook)
        for channels in arguments.channels:
            entries += layer_entries(sites, level, channels, rulebook["pairs"], arguments)
    figures = {
        "benchmark": "layers",
        "library": f"spconv {spconv.__version__} CPU, PyTorch {torch.__version__}",
        "file": arguments.file.name,
        "event": arguments.event,
        "downsample": arguments.downsample,
        "threads": arguments.threads,
        "checks": checks,
        "peak_resident_bytes": peak_resident_bytes(),
        "entries": entries,
    }
    write(figures | surroundings(), arguments.json)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--file", type=Path, required=True, help="a larcv3 file")
    parser.add_argument("--event", type=int, default=0)
    parser.add_argument("--downsample", type=int, default=0, help="halvings before level 0")
    parser.add_argument("--levels", type=levels_range, default=(0, 5), metavar="FIRST-LAST")
    parser.add_argument("--channels", type=int, nargs="+", default=[8, 16, 32, 48, 64, 96, 128])
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=15)
    parser.add_argument(
        "--budget", type=float, default=0.5, metavar="SECONDS", help="for each measured figure"
    )
    parser.add_argument("--json", type=Path, help="where the figures go")
    return parser.parse_args()


def levels_range(text: str) -> tuple[int, int]:
    """`0-5`, or `3` for a single level."""
    first, _, last = text.partition("-")
    try:
        levels = int(first), int(last or first)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a range: use one such as 0-5") from None
    if not 0 <= levels[0] <= levels[1]:
        raise argparse.ArgumentTypeError(f"{text} holds no levels: use a range such as 0-5")
    return levels


def all_levels(planes: list[PlaneImage], last: int) -> list[Sites]:
    """The sites at each level from 0."""
    height, width = planes[0].shape
    coordinates = [(plane.rows, plane.columns) for plane in planes]
    levels = []
    for level in range(last + 1):
        rows = [
            numpy.stack([numpy.full(len(y), plane), y, x], axis=1)
            for plane, (y, x) in enumerate(coordinates)
        ]
        indices = torch.from_numpy(numpy.concatenate(rows).astype(numpy.int32))
        levels.append(Sites(indices, len(planes), (height >> level, width >> level)))
        coordinates = [coarser_sites(y, x) for y, x in coordinates]
    return levels


def convolution(channels: int) -> spconv.pytorch.SubMConv2d:
    """A layer whose rulebook is kept with the sites."""
    return spconv.pytorch.SubMConv2d(
        channels,
        channels,
        FILTER,
        padding=1,
        bias=False,
        indice_key=RULEBOOK,
        algo=ConvAlgo.Native,
    )


def check(levels: list[Sites], threads: int) -> dict:
    """Forward and both gradients against dense convolution, several times over."""
    torch.set_num_threads(threads)
    channels, sites = 16, levels[-1]
    torch.manual_seed(1)
    layer = convolution(channels)
    features = torch.randn(sites.count, channels, requires_grad=True)
    slope = torch.randn(sites.count, channels)
    expected = dense_results(layer.weight, features, slope, sites)
    worst = 0.0
    for _ in range(20):
        layer.zero_grad()
        features.grad = None
        output = layer(sites.tensor(features)).features
        output.backward(slope)
        found = (output, features.grad, layer.weight.grad)
        worst = max(worst, *(distance(a, b) for a, b in zip(found, expected, strict=True)))
    passed = worst < TOLERANCE
    print(
        f"check with {threads} threads: largest deviation {worst:.1e} "
        f"({'right' if passed else 'WRONG'})"
    )
    return {"threads": threads, "largest_deviation": worst, "passed": passed}


def distance(found: Tensor, expected: Tensor) -> float:
    """Largest difference, relative to the largest value."""
    return float((found.detach() - expected).abs().max() / expected.abs().max())


def dense_results(
    weight: Tensor, features: Tensor, slope: Tensor, sites: Sites
) -> tuple[Tensor, Tensor, Tensor]:
    """Output at the sites, and the gradients of features and weights, the dense way."""
    plane, row, column = sites.indices.long().unbind(1)
    values = features.detach().clone().requires_grad_()
    # spconv's weights are [out, row, column, in].
    filters = weight.detach().clone().requires_grad_()
    image = torch.zeros(sites.planes, *sites.shape, values.shape[1])
    image = image.index_put((plane, row, column), values).permute(0, 3, 1, 2)
    result = functional.conv2d(image, filters.permute(0, 3, 1, 2), padding=1)
    output = result[plane, :, row, column]
    output.backward(slope)
    return output.detach(), values.grad, filters.grad


def rulebook_entry(sites: Sites, level: int, arguments: argparse.Namespace) -> dict:
    """Time to find which sites neighbour which."""
    build = partial(
        get_indice_pairs,
        sites.indices,
        sites.planes,
        list(sites.shape),
        ConvAlgo.Native,
        [FILTER] * 2,
        [1] * 2,
        [1] * 2,
        [1] * 2,
        [0] * 2,
        subm=True,
        transpose=False,
    )
    # Of each pair of opposite offsets one is counted; the middle one is every site itself.
    pairs = 2 * int(build()[2].sum()) + sites.count
    times = repeat(build, warmup=2, times=arguments.repetitions, budget=arguments.budget)
    nanoseconds = 1e9 * times["median_seconds"] / sites.count
    print(
        f"level {level}, {sites.count} sites, rulebook: {1e3 * times['median_seconds']:.3f} ms "
        f"({nanoseconds:.0f} ns a site)"
    )
    return described(f"level {level}/rulebook", sites, pairs, arguments) | times


def layer_entries(
    sites: Sites, level: int, channels: int, pairs: int, arguments: argparse.Namespace
) -> list[dict]:
    """Times of a layer with its rulebook at hand: forward, and forward with all gradients."""
    layer = convolution(channels)
    features = torch.randn(sites.count, channels)
    with torch.no_grad():
        # The rulebook comes with the result, not with the input; otherwise each call builds it.
        prepared = layer(sites.tensor(features)).replace_feature(features)
    if prepared.find_indice_pair(RULEBOOK) is None:
        raise SystemExit("spconv did not keep the rulebook: its time would count as the layer's")
    trained = prepared.replace_feature(features.clone().requires_grad_())
    slope = torch.randn(sites.count, channels)

    def forward() -> None:
        with torch.no_grad():
            layer(prepared)

    def forward_backward() -> None:
        layer.weight.grad = None
        trained.features.grad = None
        layer(trained).features.backward(slope)

    entries = []
    for passes, work in [("forward", forward), ("forward+backward", forward_backward)]:
        times = repeat(work, warmup=2, times=arguments.repetitions, budget=arguments.budget)
        name = f"level {level}/submanifold/{channels}/{passes}"
        print(f"{name}: {1e3 * times['median_seconds']:.3f} ms")
        entries.append(described(name, sites, pairs, arguments) | times)
    return entries


def described(name: str, sites: Sites, pairs: int, arguments: argparse.Namespace) -> dict:
    """What an entry was measured on."""
    threads = "1 thread" if arguments.threads == 1 else f"{arguments.threads} threads"
    return {
        "name": f"{name}/{threads}",
        "threads": arguments.threads,
        "sites": sites.count,
        "pairs": pairs,
    }


if __name__ == "__main__":
    main()
