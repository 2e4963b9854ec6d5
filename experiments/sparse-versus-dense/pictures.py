"""Draws the figures of `run`: pictures.py RESULTS SEED..."""

import pathlib
import re
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

results, seeds = pathlib.Path(sys.argv[1]), sys.argv[2:]
COLORS = {"sparse": "tab:blue", "masked": "tab:orange", "dense": "tab:red"}
FIGURES = (("acc-cosmic-iou", "cosmic IoU"), ("acc-neutrino-iou", "neutrino IoU"))
WINDOW = 15


def curve(log: pathlib.Path, figure: str) -> tuple[list[int], list[float]]:
    """Steps and a running mean of a figure of their lines."""
    steps, values = [], []
    for line in log.read_text().splitlines():
        found = re.match(r"train Step (\d+) metrics:.* " + figure + r": ([0-9.e+-]+)", line)
        if found:
            steps.append(int(found[1]))
            values.append(float(found[2]))
    means = [
        sum(values[max(0, i - WINDOW + 1) : i + 1]) / len(values[max(0, i - WINDOW + 1) : i + 1])
        for i in range(len(values))
    ]
    return steps, means


picture, axes = plt.subplots(1, len(FIGURES), figsize=(11, 4))
for axis, (figure, title) in zip(axes, FIGURES):
    for mode, color in COLORS.items():
        for seed in seeds:
            log = results / f"{mode}-{seed}/train.log"
            if log.exists():
                steps, means = curve(log, figure)
                axis.plot(steps, means, color=color, alpha=0.7, label=mode if seed == seeds[0] else None)
    axis.set_title(f"{title} while training (mean of {WINDOW} lines)")
    axis.set_xlabel("step")
    axis.grid(alpha=0.3)
    axis.legend()
picture.tight_layout()
picture.savefig(results / "curves.png", dpi=110)
