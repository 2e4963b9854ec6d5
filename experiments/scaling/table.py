"""Prints the tables of `run`, and writes those that `model.py` reads: table.py RESULTS."""

import csv
import json
import math
import pathlib
import re
import statistics
import sys

import numpy

from tables import write

# The first steps allocate memory, and read what is not in memory yet.
WARM_UP = 2
NAME = re.compile(r"(batch|apart)(\d+)-(\d+)x(\d+)(?:-(.*))?")


def profile(folder, rank=0):
    """The times of all steps of a process, in seconds."""
    table = numpy.load(folder / f"profiles/profiling_info_rank_{rank}.npy")
    return {
        name: table[name].astype("timedelta64[us]").astype(float) / 1e6
        for name in table.dtype.names
        if table.dtype[name].kind == "m"
    }


def periods(times):
    """Seconds from step to step, without what is not training."""
    return times["iteration"] - times["checkpoint"] - times["val"]


def alone(folder, rank=0):
    """A row for each step of a process that trains alone, as `ranks.csv` has them."""
    times = profile(folder)
    compute = times["forward"] + times["backward"] + times["optimizer"]
    for step, period in enumerate(periods(times)):
        row = {"step": step, "rank": rank, "period": period, "wait": times["io"][step]}
        yield row | {"compute": compute[step], "exchange": 0.0}


def together(folder):
    """A row for each step and rank."""
    taken = periods(profile(folder))
    with open(folder / "profiles/ranks.csv", newline="") as file:
        for row in csv.DictReader(file):
            step = int(row["step"])
            numbers = {key: float(value) for key, value in row.items()}
            yield numbers | {"step": step, "rank": int(row["rank"]), "period": taken[step]}


class Run:
    """All repeats of one way to train."""

    def __init__(self, folder):
        kind, batch, ranks, threads, option = NAME.fullmatch(folder.name).groups()
        self.name, self.is_apart = folder.name, kind == "apart"
        self.batch, self.ranks, self.threads = int(batch), int(ranks), int(threads)
        self.option = option or ""
        self.repeats = {
            int(repeat.name): list(self.rows(repeat))
            for repeat in sorted(folder.iterdir())
            if (repeat / "complete").exists()
        }

    def rows(self, folder):
        """The rows of one repeat."""
        if self.is_apart:
            for rank in range(self.ranks):
                yield from alone(folder / str(rank), rank)
        else:
            yield from (alone if self.ranks == 1 else together)(folder)

    def give_sites(self, stream, batches):
        """Adds how many events and sites each row is of, where ranks did not say."""
        for row in (row for rows in self.repeats.values() for row in rows):
            if "sites" in row:
                continue
            row["events"] = self.batch
            start = row["step"] * self.batch
            own = stream[start : start + self.batch]
            known = len(own) == self.batch
            row["sites"] = sum(own) if known else batches[self.batch][row["step"]]

    def kept(self, repeat):
        """The rows of a repeat that count."""
        return [row for row in self.repeats[repeat] if row["step"] >= WARM_UP]

    def rate(self, repeat, unit="sites"):
        """Sites, or events, a second."""
        rows = self.kept(repeat)
        steps = {row["step"] for row in rows}
        seconds = sum(row["period"] for row in rows) / len(rows) * len(steps)
        return sum(row[unit] for row in rows) / seconds

    def steps(self):
        """For each step and rank the rows of all repeats."""
        found = {}
        for repeat in self.repeats:
            for row in self.kept(repeat):
                found.setdefault((row["step"], row["rank"]), []).append(row)
        return found

    def fastest(self):
        """What a step takes where each took the least of all repeats."""
        return statistics.mean(min(row["period"] for row in rows) for rows in self.steps().values())

    def medians(self):
        """For each step and rank the medians over repeats."""
        for (step, rank), rows in sorted(self.steps().items()):
            middle = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
            yield middle | {"step": step, "rank": rank}

    def split(self):
        """What a step takes in the mean, and where it goes, from the medians over repeats."""
        steps = {}
        for row in self.medians():
            steps.setdefault(row["step"], []).append(row)
        rows = []
        for ranks in steps.values():
            computed = [row["compute"] for row in ranks]
            slowest = max(ranks, key=lambda row: row["compute"])
            mean = statistics.mean(computed)
            part = {
                "step": statistics.mean(row["period"] for row in ranks),
                "compute": mean,
                "imbalance": 0.0 if self.is_apart else slowest["compute"] - mean,
                "exposed": slowest["exchange"],
                "reading": slowest["wait"],
            }
            part["rest"] = part["step"] - sum(list(part.values())[1:])
            rows.append(part)
        return {key: statistics.mean(row[key] for row in rows) for key in rows[0]}


def one_for_each(runs):
    """Sites of each event, in the order of events, from ranks that had one each."""
    for run in runs:
        if run.ranks > 1 and run.batch == run.ranks and not run.is_apart:
            rows = next(iter(run.repeats.values()))
            rows = sorted(rows, key=lambda row: (row["step"], row["rank"]))
            return [row["sites"] for row in rows]
    return []


def of_batches(runs):
    """Sites of each step by the size of batches, from ranks that shared them."""
    found = {}
    for run in runs:
        if run.ranks > 1 and not run.is_apart:
            sites = {}
            for row in next(iter(run.repeats.values())):
                sites[row["step"]] = sites.get(row["step"], 0) + row["sites"]
            found[run.batch] = sites
    return found


def spread(values, form="{:.3f}"):
    """The median, and the least and the largest."""
    values = sorted(values)
    middle = form.format(statistics.median(values))
    return f"{middle} ({form.format(values[0])}–{form.format(values[-1])})"


def efficiencies(run, base):
    """Throughput of a processor beside that of the base's, for each repeat of both."""
    more = run.ranks * run.threads / base.ranks / base.threads
    shared = sorted(set(run.repeats) & set(base.repeats))
    return [run.rate(repeat) / base.rate(repeat) / more for repeat in shared]


def layers(results):
    """For each parameter of the network its values, and when in the backward pass it is complete."""
    timed = json.loads((results / "profile.json").read_text())
    passed, complete = 0.0, {}
    for layer in reversed(timed["layers"]):
        passed += layer["backward_seconds"]
        complete[layer["name"]] = passed
    for line in (results / "network.txt").read_text().splitlines():
        match = re.fullmatch(r"(\S+)\.(\w+) ([\d×]+)( \(statistic\))?", line)
        if not match:
            continue
        name, kind, shape, is_statistic = match.groups()
        # Biases of their own have no time of their own.
        when = complete.get(name, complete.get(name.rsplit(".", 1)[0] + ".convolution", passed))
        yield {
            "parameter": f"{name}.{kind}",
            "values": math.prod(map(int, shape.split("×"))),
            "is_statistic": int(bool(is_statistic)),
            "complete": when / passed,
        }


def main():
    """Prints the tables, and writes them."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    results = pathlib.Path(sys.argv[1])
    runs = [Run(folder) for folder in sorted((results / "runs").iterdir())]
    runs = [run for run in runs if run.repeats]
    stream, batches = one_for_each(runs), of_batches(runs)
    for run in runs:
        run.give_sites(stream, batches)
    by_name = {run.name: run for run in runs}

    def base(run):
        """One rank with one thread: on the same batch, or, where ranks have their own, on as many events."""
        own = run.batch if run.is_apart else run.batch // run.ranks
        return by_name.get(f"batch{own}-1x1"), by_name.get(f"batch{run.batch}-1x1")

    table = []
    print(
        "| run | events/s | weak efficiency | strong efficiency | step | fastest | compute | imbalance "
        "| exposed | reading | rest |\n" + "|---" * 11 + "|"
    )
    for run in runs:
        weak, strong = base(run)
        split = run.split()
        cells = [spread([run.rate(repeat, "events") for repeat in run.repeats], "{:.2f}")]
        figures = {"weak": math.nan, "strong": math.nan}
        for kind, other in (("weak", weak), ("strong", None if run.is_apart else strong)):
            found = efficiencies(run, other) if other else []
            figures[kind] = statistics.median(found) if found else math.nan
            cells.append(spread(found) if found else "–")
        cells += [f"{1e3 * split['step']:.0f} ms", f"{1e3 * run.fastest():.0f} ms"]
        parts = ("compute", "imbalance", "exposed", "reading", "rest")
        cells += [f"{split[part] / split['step']:.1%}" for part in parts]
        print(f"| {run.name} | " + " | ".join(cells) + " |")
        rate = statistics.median(run.rate(repeat, "events") for repeat in run.repeats)
        table.append(
            {"run": run.name, "events_per_second": rate}
            | {f"{kind}_efficiency": value for kind, value in figures.items()}
            | {"fastest": run.fastest()}
            | split
        )
    write(results / "measured.csv", table)
    write(
        results / "steps.csv",
        (
            {
                "run": run.name,
                "ranks": run.ranks,
                "threads": run.threads,
                "batch": run.batch,
                "apart": int(run.is_apart),
                "option": run.option,
            }
            | {key: int(row[key]) for key in ("step", "rank", "events", "sites")}
            | {key: float(row[key]) for key in ("period", "wait", "compute", "exchange")}
            for run in runs
            for row in run.medians()
        ),
    )
    write(results / "layers.csv", layers(results))


main()
