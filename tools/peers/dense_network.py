#!/usr/bin/env python3
"""Time a training step and inference of a network over dense images in PyTorch (oneDNN).

The network has the layers and exactly the parameters of `cosmic-tagger --preset P --form F`; the
images are the same events with the same downsampling; the loss is the same, over all pixels instead
of the stored ones. The JSON has the keys of `cosmic-tagger profile --json`, so compare.py can read
both.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy
import torch
from torch import Tensor, nn
from torch.nn import functional

from dense_original import ORIGINALS, OriginalUNet
from dense_unet import PLANES, PRESETS, DenseUNet, Preset, parameter_count
from events import PlaneImage, read_batch
from measurement import peak_resident_bytes, repeat, surroundings, write


def main() -> None:
    """Measures what the arguments ask for, prints it and writes it."""
    arguments = parse()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    preset, network = chosen(arguments)
    count = parameter_count(network.parameters())
    print(f"{arguments.preset}: {count} parameters, as ours has {preset.parameters}")
    if count != preset.parameters:
        raise SystemExit("the networks differ: nothing measured here could be compared")

    events = read_batch(arguments.file, arguments.event, arguments.batch, arguments.downsample)
    check_size(events[0][0].shape, preset.depth, arguments)
    image, labels = dense(events, arguments.layout)
    network, image = arranged(network, image, arguments)
    run = torch.compile(network) if arguments.compile else network
    figures = description(arguments, count, events, image)
    if arguments.mode in ("inference", "both"):
        figures |= time_inference(network, run, image, arguments)
    if arguments.mode in ("train", "both"):
        figures |= time_training(network, run, image, labels, arguments)
    show(figures)
    write(figures, arguments.json)


def chosen(arguments: argparse.Namespace) -> tuple[Preset, nn.Module]:
    """The preset in the form that is asked for, and its network."""
    if arguments.form == "sparse":
        preset = PRESETS[arguments.preset]
        return preset, DenseUNet(preset, arguments.layout)
    if arguments.preset not in ORIGINALS or arguments.layout != "folded":
        raise SystemExit(f"--form dense: presets {', '.join(ORIGINALS)}, --layout folded")
    preset = ORIGINALS[arguments.preset]
    return preset, OriginalUNet(preset)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--preset", choices=PRESETS, required=True)
    parser.add_argument(
        "--form",
        choices=["sparse", "dense"],
        default="sparse",
        help="strided convolutions and joint normalisation, or the original's dense network",
    )
    parser.add_argument("--file", type=Path, required=True, help="a larcv3 file")
    parser.add_argument("--event", type=int, default=0, help="first event of the batch")
    parser.add_argument("--downsample", type=int, default=1, help="how often images are halved")
    parser.add_argument("--batch", type=int, default=1, help="events of a step")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--steps", type=int, default=3, help="measured steps (median is told)")
    parser.add_argument("--warmup", type=int, default=1, help="steps before the measured ones")
    parser.add_argument(
        "--budget",
        type=float,
        default=float("inf"),
        metavar="SECONDS",
        help="measure fewer steps, but one at least, where they would take longer",
    )
    parser.add_argument("--mode", choices=["train", "inference", "both"], default="both")
    parser.add_argument("--optimizer", choices=["adam", "sgd"], default="adam")
    parser.add_argument("--loss", choices=["focal", "none"], default="focal")
    parser.add_argument(
        "--layout",
        choices=["folded", "volume"],
        default="folded",
        help="planes as part of the batch (Conv2d), or as an axis (Conv3d)",
    )
    parser.add_argument(
        "--memory-format", choices=["contiguous", "channels-last"], default="channels-last"
    )
    parser.add_argument("--compile", action="store_true", help="use torch.compile")
    parser.add_argument("--json", type=Path, help="where the figures go")
    return parser.parse_args()


def check_size(shape: tuple[int, int], depth: int, arguments: argparse.Namespace) -> None:
    """Refuses images that cannot be halved as often as the network does."""
    if any(extent % 2**depth for extent in shape):
        raise SystemExit(
            f"images of {shape[0]}×{shape[1]} cannot be halved {depth} times as "
            f"{arguments.preset} does: use a smaller --downsample than {arguments.downsample}"
        )


def dense(events: list[list[PlaneImage]], layout: str) -> tuple[Tensor, Tensor]:
    """Charge of every pixel, and its label; pixels that are not stored are background."""
    height, width = events[0][0].shape
    charges = numpy.zeros((len(events), PLANES, height, width), dtype=numpy.float32)
    labels = numpy.zeros(charges.shape, dtype=numpy.int64)
    for number, planes in enumerate(events):
        for plane, stored in enumerate(planes):
            charges[number, plane, stored.rows, stored.columns] = stored.charges
            labels[number, plane, stored.rows, stored.columns] = stored.labels
    image, target = torch.from_numpy(charges), torch.from_numpy(labels)
    if layout == "folded":
        return image.flatten(0, 1).unsqueeze(1), target.flatten(0, 1)
    return image.unsqueeze(1), target


def arranged(
    network: nn.Module, image: Tensor, arguments: argparse.Namespace
) -> tuple[nn.Module, Tensor]:
    """Network and image with channels outermost or innermost."""
    if arguments.memory_format == "contiguous":
        return network, image
    if arguments.layout == "folded":
        # The filters across planes are 3D and stay as they are.
        for parameter in network.parameters():
            if parameter.dim() == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        return network, image.contiguous(memory_format=torch.channels_last)
    innermost = torch.channels_last_3d
    return network.to(memory_format=innermost), image.contiguous(memory_format=innermost)


def segmentation_loss(scores: Tensor, labels: Tensor, weighting: str, layout: str) -> Tensor:
    """Cross-entropy per image of a plane, weighted by how wrong it is, summed over images."""
    entropy = functional.cross_entropy(scores, labels, reduction="none")
    images = entropy.flatten(1) if layout == "folded" else entropy.flatten(2).flatten(0, 1)
    if weighting == "none":
        return images.mean(dim=1).sum()
    weights = (1 - torch.exp(-images.detach())).square_()
    return ((weights * images).sum(dim=1) / weights.sum(dim=1)).sum()


def time_inference(
    network: nn.Module,
    run: Callable[[Tensor], Tensor],
    image: Tensor,
    arguments: argparse.Namespace,
) -> dict:
    """Median seconds of a forward pass with running statistics, without gradients."""
    network.eval()
    with torch.inference_mode():
        times = repeat(
            lambda: run(image),
            warmup=arguments.warmup,
            times=arguments.steps,
            budget=arguments.budget,
        )
    return {
        "inference_seconds": times["median_seconds"],
        "inference_best_seconds": times["best_seconds"],
        "inference_steps": times["repetitions"],
        "inference_peak_resident_bytes": peak_resident_bytes(),
        "peak_resident_bytes": peak_resident_bytes(),
    }


def time_training(
    network: nn.Module,
    run: Callable[[Tensor], Tensor],
    image: Tensor,
    labels: Tensor,
    arguments: argparse.Namespace,
) -> dict:
    """Median seconds of forward, loss, backward and optimizer."""
    network.train()
    optimizer = (
        torch.optim.Adam(network.parameters(), lr=3e-4, fused=True)
        if arguments.optimizer == "adam"
        else torch.optim.SGD(network.parameters(), lr=3e-4, fused=True)
    )

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        loss = segmentation_loss(run(image), labels, arguments.loss, arguments.layout)
        loss.backward()
        optimizer.step()

    times = repeat(step, warmup=arguments.warmup, times=arguments.steps, budget=arguments.budget)
    return {
        "train_step_seconds": times["median_seconds"],
        "train_step_best_seconds": times["best_seconds"],
        "train_steps": times["repetitions"],
        "peak_resident_bytes": peak_resident_bytes(),
    }


def description(
    arguments: argparse.Namespace, count: int, events: list[list[PlaneImage]], image: Tensor
) -> dict:
    """What was measured, before the figures."""
    return {
        "library": f"PyTorch {torch.__version__} dense, oneDNN",
        "preset": arguments.preset,
        "form": arguments.form,
        "parameters": count,
        "downsample": arguments.downsample,
        "batch": arguments.batch,
        "event": arguments.event,
        "sites": sum(plane.count for planes in events for plane in planes),
        "pixels": image.numel(),
        "threads": torch.get_num_threads(),
        "layout": arguments.layout,
        "memory_format": arguments.memory_format,
        "compiled": arguments.compile,
        "warmup": arguments.warmup,
        "optimizer": arguments.optimizer,
        "loss": arguments.loss,
        "instruction_set": torch.backends.cpu.get_cpu_capability(),
    } | surroundings()


def show(figures: dict) -> None:
    """One line per figure."""
    for key, value in figures.items():
        print(f"{key:30} {value:.4f}" if isinstance(value, float) else f"{key:30} {value}")


if __name__ == "__main__":
    main()
