"""Prints the tables of `run`: table.py RESULTS STEPS SEED..."""

import json
import math
import pathlib
import statistics
import sys

results, steps = pathlib.Path(sys.argv[1]), int(sys.argv[2])
seeds = sys.argv[3:]
MODES = ("sparse", "masked", "dense")
METRICS = (
    ("accuracy", "accuracy"),
    ("non_background_accuracy", "non-bkg acc."),
    ("neutrino_accuracy", "neutrino acc."),
    ("cosmic_iou", "cosmic IoU"),
    ("neutrino_iou", "neutrino IoU"),
)


def figures(run: pathlib.Path, sample: str, mode: str) -> dict:
    """What a trained network makes of a sample, computed in a mode."""
    report = json.loads((run / f"{sample}.json").read_text())
    return next(row for row in report["modes"] if row["mode"] == mode)


def spread(values: list) -> str:
    """Mean and spread over the seeds."""
    known = [float(value) for value in values if not math.isnan(float(value))]
    if not known:
        return "-"
    deviation = statistics.stdev(known) if len(known) > 1 else 0.0
    return f"{statistics.mean(known):.4f} ± {deviation:.4f}"


def table(sample: str, title: str) -> None:
    """One row for each mode that was trained, judged in that mode."""
    if not all((results / f"{mode}-{seed}/{sample}.json").exists() for mode in MODES for seed in seeds):
        return
    print(f"\n{title}\n")
    print("| trained and judged | " + " | ".join(name for _, name in METRICS) + " |")
    print("|---" * (len(METRICS) + 1) + "|")
    for mode in MODES:
        rows = [figures(results / f"{mode}-{seed}", sample, mode) for seed in seeds]
        cells = [spread([row[key] for row in rows]) for key, _ in METRICS]
        print(f"| {mode} | " + " | ".join(cells) + " |")


def costs() -> None:
    """What a step takes in each mode."""
    print("\n| | step s | inference s | multiply-adds forward | resident MiB | step arena MiB |")
    print("|---" * 6 + "|")
    for mode in MODES:
        profile = json.loads((results / f"profile-{mode}.json").read_text())
        print(
            f"| {mode} | {profile['train_step_seconds']:.3f} | {profile['inference_seconds']:.3f} | "
            f"{sum(layer['multiply_adds'] for layer in profile['layers']) / 1e9:.2f} G | {profile['peak_resident_bytes'] >> 20} | "
            f"{profile['arena_high_water_bytes'] >> 20} |"
        )


print(f"{steps} steps, {len(seeds)} seeds; mean ± standard deviation over the seeds")
table("test", "60 simulated events nobody was trained on")
table("real", "Real events, which nobody was trained on either")
costs()
