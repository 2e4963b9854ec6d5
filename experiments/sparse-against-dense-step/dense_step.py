"""Times a training step of CosmicTagger's dense network in PyTorch, on a CPU.

Reads events from a larcv3 file, trains on them for a few steps and prints one line of JSON: seconds
of forward (with the loss), backward and Adam, each the median over the timed steps.
"""

import argparse
import json
import resource
import statistics
import sys
import time
from dataclasses import dataclass

import h5py
import numpy
import torch
from torch import nn
from torch.nn import functional

PLANES = 3
CLASSES = 3  # background, cosmic, neutrino
MEMORY_FORMATS = {
    "channels-last": torch.channels_last,
    "channels-first": torch.contiguous_format,
}


@dataclass(frozen=True)
class Preset:
    initial_filters: int
    residual: bool
    blocks_final: int
    connections: str  # "sum" or "concat"
    parameters: int  # what CosmicTagger itself counts
    depth: int = 6
    blocks_per_layer: int = 2
    blocks_deepest: int = 5
    bottleneck: int = 256
    deepest_filter_size: int = 5


PRESETS = {
    "a21": Preset(8, False, 0, "sum", parameters=8_510_547),
    "uresnet": Preset(16, True, 5, "concat", parameters=18_382_131),
}


class Block(nn.Module):
    """Convolution, batch normalisation, leaky ReLU."""

    def __init__(self, inputs, outputs, size, activate=True):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, size, padding=size // 2)
        self.normalisation = nn.BatchNorm2d(outputs)
        self.activate = activate
        nn.init.xavier_uniform_(self.convolution.weight)
        nn.init.zeros_(self.convolution.bias)

    def forward(self, x):
        x = self.normalisation(self.convolution(x))
        return functional.leaky_relu(x, 0.01) if self.activate else x


class ResidualBlock(nn.Module):
    """Two convolutions around which the input is carried and added."""

    def __init__(self, channels, size):
        super().__init__()
        self.first = Block(channels, channels, size)
        self.second = Block(channels, channels, size, activate=False)

    def forward(self, x):
        return functional.leaky_relu(self.second(self.first(x)) + x, 0.01)


def series(preset, channels, count, size=3):
    if preset.residual:
        return nn.Sequential(*(ResidualBlock(channels, size) for _ in range(count)))
    return nn.Sequential(*(Block(channels, channels, size) for _ in range(count)))


class Deepest(nn.Module):
    """Where the planes meet: their channels side by side, squeezed, mixed and spread again."""

    def __init__(self, preset, channels):
        super().__init__()
        self.squeeze = Block(PLANES * channels, preset.bottleneck, 1)
        self.blocks = series(
            preset, preset.bottleneck, preset.blocks_deepest, preset.deepest_filter_size
        )
        self.expand = Block(preset.bottleneck, PLANES * channels, 1)

    def forward(self, planes):
        mixed = self.expand(self.blocks(self.squeeze(torch.cat(planes, dim=1))))
        return list(mixed.chunk(PLANES, dim=1))


class Level(nn.Module):
    """One resolution of the U with everything below it. All planes share its weights."""

    def __init__(self, preset, level):
        super().__init__()
        channels = preset.initial_filters * (level + 1)
        below = preset.initial_filters * (level + 2)
        self.down_blocks = series(preset, channels, preset.blocks_per_layer)
        self.down = Block(channels, below, 1)
        last = level + 1 == preset.depth
        self.inner = Deepest(preset, below) if last else Level(preset, level + 1)
        self.up = Block(below, channels, 1)
        self.join = Block(2 * channels, channels, 1) if preset.connections == "concat" else None
        self.up_blocks = series(preset, channels, preset.blocks_per_layer)

    def descend(self, x):
        return self.down(functional.max_pool2d(self.down_blocks(x), 2))

    def ascend(self, x, skip):
        x = functional.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        x = self.up(x)
        x = x + skip if self.join is None else self.join(torch.cat([x, skip], dim=1))
        return self.up_blocks(x)

    def forward(self, planes):
        inner = self.inner([self.descend(plane) for plane in planes])
        return [self.ascend(x, skip) for x, skip in zip(inner, planes)]


class UResNet(nn.Module):
    """CosmicTagger's network: one weight set walks the three planes, which meet at the bottom."""

    def __init__(self, preset):
        super().__init__()
        channels = preset.initial_filters
        self.initial = Block(1, channels, 5)
        self.levels = Level(preset, 0)
        self.final_blocks = series(preset, channels, preset.blocks_final)
        self.classify = nn.Conv2d(channels, CLASSES, 1)
        nn.init.xavier_uniform_(self.classify.weight)
        nn.init.zeros_(self.classify.bias)

    def forward(self, images):
        """Takes [batch, plane, drift, wire]; gives logits [batch, class, drift, wire] per plane."""
        planes = self.levels([self.initial(plane) for plane in images.split(1, dim=1)])
        return [self.classify(self.final_blocks(plane)) for plane in planes]


def light_loss(logits, labels):
    """Cross-entropy weighing background 1, cosmic 1.5, neutrino 10; summed over the planes."""
    weights = torch.tensor([1.0, 1.5, 10.0])
    return sum(
        functional.cross_entropy(plane, labels[:, index], weight=weights)
        for index, plane in enumerate(logits)
    )


def read_planes(file, producer, event):
    """Dense [plane, drift, wire] image of one event; larcv3's axis 0 is wire, axis 1 drift."""
    name = f"Data/sparse2d_{producer}_group"
    if name not in file:
        sys.exit(f"{file.filename} has no {name}: name another producer.")
    group = file[name]
    extent = group["extents"][event]
    if extent["N"] != PLANES:
        sys.exit(f"{file.filename}: event {event} of {producer} has {extent['N']} planes, not 3.")
    rows = slice(int(extent["first"]), int(extent["first"]) + PLANES)
    images = []
    for meta, plane in zip(group["image_meta"][rows], group["voxel_extents"][rows]):
        wires, ticks = (int(n) for n in meta["number_of_voxels"])
        first, count = int(plane["first"]), int(plane["N"])
        voxels = group["voxels"][first : first + count]
        image = numpy.zeros(wires * ticks, dtype=numpy.float32)
        image[voxels["id"]] = voxels["value"]
        images.append(image.reshape(wires, ticks).T)
    return torch.from_numpy(numpy.stack(images))[None]


def read_events(options):
    """All events as (charge averaged, label maximised) over downsampled pixels."""
    factor = 2**options.downsample
    smallest = 2 ** PRESETS[options.preset].depth
    events = []
    with h5py.File(options.file) as file:
        for event in range(len(file["Events/event_id"])):
            charge = read_planes(file, options.image_producer, event)
            label = read_planes(file, options.label_producer, event)
            charge = functional.avg_pool2d(charge, factor)
            label = functional.max_pool2d(label, factor).long()
            if any(size % smallest for size in charge.shape[2:]):
                shape = "x".join(str(size) for size in charge.shape[2:])
                sys.exit(f"{options.preset} needs sides divisible by {smallest}, not {shape}.")
            events.append((charge, label))
    if not events:
        sys.exit(f"{options.file} holds no events: give a file that does.")
    return events


def timed_step(network, optimizer, images, labels):
    """One training step; returns the loss and the seconds of its three parts."""
    clock = time.perf_counter
    optimizer.zero_grad(set_to_none=True)
    start = clock()
    loss = light_loss(network(images), labels)
    forward = clock()
    loss.backward()
    backward = clock()
    optimizer.step()
    return loss.item(), {
        "forward": forward - start,
        "backward": backward - forward,
        "optimizer": clock() - backward,
    }


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-f", "--file", required=True, help="larcv3 HDF5 file")
    parser.add_argument("--preset", choices=PRESETS, default="a21")
    parser.add_argument("--downsample", type=int, default=1, help="number of halvings")
    parser.add_argument("--steps", type=int, default=5, help="timed steps")
    parser.add_argument("--warm-up", type=int, default=2, help="steps before the timed ones")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1, help="of the initial weights")
    parser.add_argument(
        "--memory",
        choices=MEMORY_FORMATS,
        default="channels-last",
        help="order of the images in memory; channels-last is the faster one on CPUs",
    )
    parser.add_argument("--image-producer", default="sbndwire")
    parser.add_argument("--label-producer", default="sbnd_cosmicseg")
    return parser.parse_args()


def main():
    options = parse_options()
    preset = PRESETS[options.preset]
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    network = UResNet(preset)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    if parameters != preset.parameters:
        sys.exit(f"{options.preset} has {parameters} parameters, not {preset.parameters}.")
    events = read_events(options)
    memory = MEMORY_FORMATS[options.memory]
    network = network.to(memory_format=memory)
    events = [(charge.contiguous(memory_format=memory), label) for charge, label in events]
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)

    losses, times = [], []
    for step in range(options.warm_up + options.steps):
        loss, seconds = timed_step(network, optimizer, *events[step % len(events)])
        losses.append(loss)
        times.append(seconds)
    timed = times[options.warm_up :]
    parts = {part: statistics.median(step[part] for step in timed) for part in timed[0]}
    result = {
        "network": options.preset,
        "parameters": parameters,
        "image": list(events[0][0].shape),
        "memory": options.memory,
        "threads": options.threads,
        "steps": options.steps,
        **{part: round(seconds, 4) for part, seconds in parts.items()},
        "step": round(statistics.median(sum(step.values()) for step in timed), 4),
        "step_fastest": round(min(sum(step.values()) for step in timed), 4),
        "step_slowest": round(max(sum(step.values()) for step in timed), 4),
        "first_loss": round(losses[0], 4),
        "last_loss": round(losses[-1], 4),
        "memory_gigabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2),
        "torch": torch.__version__,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
