"""Prints sparse and dense step times side by side, as a Markdown table.

Usage: compare.py SPARSE_LOG DENSE_JSON

SPARSE_LOG is what `cosmic-tagger train` printed; its step lines name their own parts. The first two
steps are left out, as in dense_step.py.
"""

import json
import re
import statistics
import sys

# Reading and planning run beside the step before; what they cost a step is the time it waits.
PARTS = ["wait", "forward", "backward", "optimizer"]
PART = re.compile(r"([0-9.]+) (wait|forward|backward|optimizer)\b")
WARM_UP = 2


def sparse_steps(path):
    """The seconds of each part, one dictionary a step."""
    with open(path, encoding="utf-8") as log:
        lines = [{name: float(value) for value, name in PART.findall(line)} for line in log]
    steps = [line for line in lines if "forward" in line and "backward" in line]
    if len(steps) <= WARM_UP:
        sys.exit(f"{path} has {len(steps)} lines with step times; more than {WARM_UP} are needed.")
    return steps[WARM_UP:]


def median_parts(steps):
    parts = {part: statistics.median(step.get(part, 0.0) for step in steps) for part in PARTS}
    parts["step"] = statistics.median(sum(step.values()) for step in steps)
    return parts


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sparse = median_parts(sparse_steps(sys.argv[1]))
    with open(sys.argv[2], encoding="utf-8") as file:
        dense = json.load(file)

    print(f"{dense['network']}, image {dense['image']}, {dense['threads']} threads, seconds")
    print()
    columns = [*PARTS, "step"]
    print("| |", " | ".join(columns), "|")
    print("|---|" + "---|" * len(columns))
    for name, row in (("sparse, Submanifold", sparse), ("dense, PyTorch", dense)):
        cells = [f"{row[column]:.4f}" if column in row else "–" for column in columns]
        print(f"| {name} |", " | ".join(cells), "|")
    print()
    print(f"The sparse step is {dense['step'] / sparse['step']:.1f} times as fast.")


if __name__ == "__main__":
    main()
