#!/usr/bin/env python3
"""Write what PyTorch's optimizers, clipping and schedules do, for the tests to compare with.

Usage:

    python3 -m venv venv
    venv/bin/pip install torch==2.15.0
    venv/bin/python tools/interoperability/make_training_fixtures.py

replaces `Tests/TrainingTests/Fixtures/pytorch.json`.  Everything is computed in double precision,
from numbers that a fixed seed gives:

    values      two parameters, of shapes [4, 3] and [3]
    gradients   of both, for each of eight steps
    rates       the learning rate of each step
    optimizers  by name, then by weight decay: both parameters after the eight steps
    clipping    by limit: the norm of the first step's gradients, and these gradients clipped
    schedules   by name: the learning rate of each step
"""

import json
import math
from pathlib import Path

import torch

STEPS = 8
SHAPES = [[4, 3], [3]]
DECAYS = [0.0, 0.1]
OPTIMIZERS = {
    "adam": lambda parameters, decay: torch.optim.Adam(parameters, weight_decay=decay),
    "adamw": lambda parameters, decay: torch.optim.AdamW(parameters, weight_decay=decay),
    # The original's epsilon.
    "rmsprop": lambda parameters, decay: torch.optim.RMSprop(
        parameters, eps=1e-4, weight_decay=decay
    ),
    "sgd": lambda parameters, decay: torch.optim.SGD(parameters, weight_decay=decay),
    "adagrad": lambda parameters, decay: torch.optim.Adagrad(parameters, weight_decay=decay),
    "adadelta": lambda parameters, decay: torch.optim.Adadelta(parameters, weight_decay=decay),
}
TARGET = Path(__file__).parents[2] / "Tests" / "TrainingTests" / "Fixtures" / "pytorch.json"


def lists(tensors):
    """Tensors as flat lists."""
    return [tensor.detach().flatten().tolist() for tensor in tensors]


def optimized(make, decay, values, gradients, rates):
    """The parameters after all steps."""
    parameters = [torch.nn.Parameter(value.clone()) for value in values]
    optimizer = make(parameters, decay)
    for slopes, rate in zip(gradients, rates, strict=True):
        for group in optimizer.param_groups:
            group["lr"] = rate
        for parameter, slope in zip(parameters, slopes, strict=True):
            parameter.grad = slope.clone()
        optimizer.step()
    return lists(parameters)


def clipped(limit, values, gradients):
    """The norm of the gradients, and what clipping makes of them."""
    parameters = [torch.nn.Parameter(value.clone()) for value in values]
    for parameter, slope in zip(parameters, gradients[0], strict=True):
        parameter.grad = slope.clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
    return {"norm": norm.item(), "gradients": lists([parameter.grad for parameter in parameters])}


def rates_of(make, peak, steps):
    """The learning rate of each step of a schedule."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=peak)
    schedule = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return rates


def schedules():
    """Schedules of 50 steps, the largest rate being 0.01, with what shapes them."""
    lr = torch.optim.lr_scheduler
    peak = 0.01

    def cosine(optimizer):
        warm_up = lr.LinearLR(optimizer, start_factor=1e-6 / peak, total_iters=10)
        falling = lr.CosineAnnealingLR(optimizer, T_max=40, eta_min=1e-5)
        return lr.SequentialLR(optimizer, [warm_up, falling], milestones=[10])

    def one_cycle(optimizer):
        # 25 steps up and 25 down: PyTorch counts the ends.
        return lr.OneCycleLR(
            optimizer,
            max_lr=peak,
            total_steps=51,
            pct_start=26 / 51,
            anneal_strategy="linear",
            cycle_momentum=False,
            div_factor=25,
            final_div_factor=1,
        )

    return {
        "cosine": rates_of(cosine, peak, 50),
        "one-cycle": rates_of(one_cycle, peak, 50),
        "decay": rates_of(lambda o: lr.ExponentialLR(o, math.exp(-0.01)), peak, 50),
    }


def main():
    """Computes and writes all."""
    torch.set_default_dtype(torch.float64)
    random = torch.Generator().manual_seed(6)

    def draw():
        # As single precision holds them, so that every reader begins with the same numbers.
        return [torch.randn(shape, generator=random).float().double() for shape in SHAPES]

    values = draw()
    gradients = [draw() for _ in range(STEPS)]
    rates = [0.02 / (step + 1) for step in range(STEPS)]
    fixture = {
        "values": lists(values),
        "gradients": [lists(slopes) for slopes in gradients],
        "rates": rates,
        "optimizers": {
            name: {str(decay): optimized(make, decay, values, gradients, rates) for decay in DECAYS}
            for name, make in OPTIMIZERS.items()
        },
        "clipping": {str(limit): clipped(limit, values, gradients) for limit in [0.5, 100.0]},
        "schedules": schedules(),
    }
    TARGET.write_text(json.dumps(fixture, indent=1) + "\n")
    print(f"wrote {TARGET}")


if __name__ == "__main__":
    main()
