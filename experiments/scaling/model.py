#!/usr/bin/env python3
"""Predict training on many ranks: model.py [FOLDER]

Needs numpy, and matplotlib for pictures. Reads the tables of `run` in FOLDER, or those beside this script,
says how well the model agrees with the measured runs, and predicts 1 to 4096 ranks on common networks.
What it assumes of machines stands in MACHINE and NETWORKS, all that is counted in the trainer's source
in COUNTED.
"""

import csv
import dataclasses
import functools
import heapq
import itertools
import math
import pathlib
import sys

import numpy

from tables import write

HERE = pathlib.Path(__file__).parent
RANKS = [1 << power for power in range(13)]
# Three events of the near detector, at half resolution, as `sizes.py` counts them.
REAL_SITES = (33165, 34026, 35714)


@dataclasses.dataclass(frozen=True)
class Network:
    """What joins machines."""

    name: str
    # Bytes a second that a machine's port takes in and, at the same time, gives out.
    bandwidth: float
    # Seconds until a small message is there.
    latency: float
    # Seconds of the processor for each message sent and received, which nothing hides.
    overhead: float


# Nine tenths of what is on the label.
NETWORKS = [
    Network("10 Gbit Ethernet", 0.9 * 1.25e9, 30e-6, 5e-6),
    Network("25 Gbit Ethernet", 0.9 * 3.125e9, 20e-6, 5e-6),
    Network("100 Gbit Ethernet (RoCE)", 0.9 * 12.5e9, 3e-6, 1e-6),
    Network("HDR InfiniBand", 0.9 * 25e9, 1.3e-6, 1e-6),
    Network("Slingshot 200 Gbit", 0.9 * 25e9, 2e-6, 1e-6),
]


@dataclasses.dataclass(frozen=True)
class Machine:
    """How ranks share a machine."""

    ranks: int = 8
    threads: int = 8
    # Speed of so many threads, over as many times that of one.
    efficiency: float = 0.8


MACHINE = Machine()


@dataclasses.dataclass(frozen=True)
class Counted:
    """What the source says of a step."""

    # Values of a bucket of gradients, unless one parameter has more.
    bucket: int = 1 << 20
    # Small all-gathers: events read (1), events counted (1), weights of the loss (1), the loss (1), the size of
    # the report (1), signals (1).
    gathers: int = 6
    # Bytes that a value of a gradient moves in memory on one thread, apart from the messages: bucket filled,
    # stored, loaded, loaded again, put back; by bytes of a value on its way. A copy moves eight.
    moved = {4: 40.0, 2: 34.0}


COUNTED = Counted()


@dataclasses.dataclass(frozen=True)
class Remedy:
    """What the trainer could do otherwise."""

    name: str = "as it is"
    # All threads of a rank move gradients.
    shares_moving: bool = False
    # Sums take 2 log P messages (recursive halving and doubling) in place of 2 (P - 1).
    halves: bool = False


REMEDIES = [
    Remedy(),
    Remedy("gradients moved by all threads", True),
    Remedy("and 2 log P messages a sum", True, True),
]


class Tables:
    """What was measured."""

    def __init__(self, folder):
        self.folder = folder
        self.steps = self.rows("steps.csv")
        self.sizes = numpy.array([[r["voxels"], r["sites"]] for r in self.rows("sizes.csv")])
        self.layers = self.rows("layers.csv")
        self.reports = self.rows("reports.csv")
        self.messages = self.rows("messages.csv")

    def rows(self, name):
        """The rows of a table, numbers as numbers."""
        with open(self.folder / name, newline="") as file:
            return [{k: number(v) for k, v in row.items()} for row in csv.DictReader(file)]

    def message(self, kind, size):
        """Seconds of a message of some bytes, between those measured; in proportion beyond."""
        known = [(r["bytes"], r["median"]) for r in self.messages if r["kind"] == kind]
        sizes, seconds = map(numpy.array, zip(*known))
        if size > sizes[-1]:
            return seconds[-1] * size / sizes[-1]
        return float(numpy.exp(numpy.interp(math.log(size), numpy.log(sizes), numpy.log(seconds))))

    def report(self, events, part):
        """Seconds to write, or read, what a rank tells of so many events; or the bytes of it."""
        known, seconds = zip(*((r["events"], r[part]) for r in self.reports))
        # Beyond those measured, in proportion.
        return float(numpy.interp(events, known, seconds)) * max(1, events / known[-1])


def number(text):
    """A number where it is one."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


@dataclasses.dataclass(frozen=True)
class Cost:
    """Seconds that a rank computes: a part for each step, each event and each site, by one thread."""

    step: float
    event: float
    site: float
    # Relative standard deviation of the steps it was fitted to.
    deviation: float

    def __call__(self, events, sites):
        return self.step + self.event * events + self.site * sites


def fitted(rows):
    """What computing costs. No part is negative: where noise would have it so, it is nothing."""
    table = numpy.array([[1.0, row["events"], row["sites"]] for row in rows])
    seconds = numpy.array([row["compute"] for row in rows])
    fits = []
    for count in (1, 2, 3):
        for columns in map(list, itertools.combinations(range(3), count)):
            solution = numpy.zeros(3)
            # Relative errors count: a long step is not known better than a short one.
            solution[columns] = numpy.linalg.lstsq(
                table[:, columns] / seconds[:, None], numpy.ones(len(seconds)), rcond=None
            )[0]
            if (solution >= 0).all():
                fits.append(
                    Cost(*map(float, solution), float(numpy.std(table @ solution / seconds - 1)))
                )
    return min(fits, key=lambda fit: fit.deviation)


class Gradients:
    """Buckets of gradients, and when in the backward pass each is complete."""

    def __init__(self, layers):
        self.buckets = []
        count, complete = 0, 0.0
        for row in reversed([row for row in layers if not row["is_statistic"]]):
            if count and count + row["values"] > COUNTED.bucket:
                self.buckets.append((count, complete))
                count, complete = 0, 0.0
            count += row["values"]
            complete = max(complete, row["complete"])
        self.buckets.append((count, complete))
        self.values = sum(count for count, _ in self.buckets)
        self.statistics = sum(row["values"] for row in layers if row["is_statistic"])


class Model:
    """What a step takes.

    Computing is fitted to trainings beside each other that send nothing, so that what the model says of ranks
    is not fitted to them.
    """

    # The share of the backward pass in a step's computing, as `cosmic-tagger profile` finds it.
    backward = 0.6

    def __init__(self, tables, compute=None):
        self.tables = tables
        self.compute = compute or fitted([r for r in tables.steps if r["apart"]])
        self.gradients = Gradients(tables.layers)

    # On the machine that was measured.

    def here(self, shares, width=4, option=""):
        """The parts of a step on ranks of this machine, of which each has (events, sites).

        Here processors copy all messages: beside a backward pass they take its time.
        """
        ranks = len(shares)
        computed = [self.compute(*share) for share in shares]
        parts = {"compute": numpy.mean(computed), "imbalance": max(computed) - numpy.mean(computed)}
        if ranks == 1:
            return parts
        message = self.tables.message
        parts["moving"] = self.moving(ranks, width)
        parts["sums"] = sum(message("sum", width * count) for count, _ in self.gradients.buckets)
        parts["small"] = COUNTED.gathers * message("gather", 64)
        if option == "sync-batch-norm":
            # Forward and backward; mean and variance take two numbers a channel, and the count.
            channels = [
                r["values"] for r in self.tables.layers if r["parameter"].endswith(".scale")
            ]
            parts["small"] += sum(2 * message("gather", 8 * (2 * c + 1)) for c in channels)
        else:
            parts["small"] += message("sum", 4 * self.gradients.statistics)
        parts["reports"] = self.tables.report(max(e for e, _ in shares), "encode") + sum(
            self.tables.report(events, "decode") for events, _ in shares
        )
        return parts

    def moving(self, ranks, width):
        """Seconds in which one thread moves gradients in memory."""
        each = self.tables.message("copy", 1 << 24) / (1 << 24) / 2
        # A copy of n bytes moves 2n; the piece that a rank has added up is stored besides.
        return self.gradients.values * (COUNTED.moved[width] + 8 / ranks) * each

    # Elsewhere.

    def step(self, loads, network, machine=MACHINE, remedy=REMEDIES[0], width=4):
        """The parts of a step of ranks with such loads."""
        ranks, events = loads.ranks, loads.events
        speed = machine.threads * machine.efficiency
        parts = {
            "compute": loads.mean / speed,
            "imbalance": (loads.largest - loads.mean) / speed,
        }
        if ranks == 1:
            return parts
        parts["moving"] = self.moving(ranks, width) / (speed if remedy.shares_moving else 1)
        messages = math.ceil(math.log2(ranks)) if remedy.halves else ranks - 1
        parts["messages"] = 2 * messages * network.overhead * (len(self.gradients.buckets) + 1)
        parts["waiting for sums"] = self.exposed(
            ranks, parts["compute"] + parts["imbalance"], network, machine, width
        )
        rounds = math.ceil(math.log2(ranks))
        parts["small"] = COUNTED.gathers * rounds * (network.latency + network.overhead)
        parts["small"] += 2 * self.stage(4 * self.gradients.statistics, ranks, network, machine)
        report = functools.partial(self.tables.report, events)
        parts["reports"] = report("encode") + ranks * (network.overhead + report("decode"))
        # Those of other machines come in through the port of the first rank.
        parts["reports"] += max(0, ranks - machine.ranks) * report("bytes") / network.bandwidth
        return parts

    def stage(self, size, ranks, network, machine):
        """Seconds in which pieces of so many bytes go from all to all, or are gathered."""
        beside = min(machine.ranks, ranks)
        piece = size / ranks
        # Between ranks of a machine, what was measured between two of them.
        within = (beside - 1) * piece / self.memory
        through_port = beside * (ranks - beside) * piece / network.bandwidth
        return network.latency + max(within, through_port)

    @property
    def memory(self):
        """Bytes a second between two ranks of this machine, in each stage."""
        size = 1 << 22
        # Of a sum of two ranks each sends half in both stages.
        return size / self.tables.message("sum", size)

    def exposed(self, ranks, computed, network, machine, width):
        """Seconds after the backward pass until the last sum is there: buckets go one after the other."""
        backward = self.backward * computed
        end = begun = 0.0
        for count, complete in self.gradients.buckets:
            begun = max(begun, complete * backward)
            end = max(end, begun) + 2 * self.stage(width * count, ranks, network, machine)
        return max(0.0, end - backward)


def balanced(weights, ranks):
    """Shares of events, largest first to the rank with the least so far, as `EventShares` does it."""
    least = [(0, rank) for rank in range(ranks)]
    shares = [[] for _ in range(ranks)]
    for place in numpy.argsort(-weights, kind="stable"):
        load, rank = least[0]
        shares[rank].append(place)
        heapq.heapreplace(least, (load + weights[place], rank))
    return shares


# How events come to ranks; the last way is not built, and says how much is left to gain.
AS_THEY_COME, BALANCED, BY_COST = range(3)
SHARED = ("as they come", "--balance", "balanced by cost")


@dataclasses.dataclass(frozen=True)
class Loads:
    """Seconds that ranks compute with one thread: the means over batches of their mean and largest."""

    ranks: int
    events: int
    mean: float
    largest: float

    @property
    def imbalance(self):
        """What the slowest rank takes beyond the mean, as a share of this."""
        return self.largest / self.mean - 1


def sampled(model, ranks, events, sharing, random):
    """Seconds of one thread on each rank for a batch of events drawn from those known."""
    drawn = model.tables.sizes[random.integers(len(model.tables.sizes), size=ranks * events)]
    if sharing == AS_THEY_COME:
        return model.compute(events, drawn[:, 1].reshape(ranks, events).sum(1))
    voxels, sites = drawn.T
    # As `EventShares` weighs events, or by what they cost.
    weights = (
        voxels + voxels.sum() // len(voxels) + 1 if sharing == BALANCED else model.compute(1, sites)
    )
    shares = balanced(weights, ranks)
    return numpy.array([model.compute(len(s), drawn[s, 1].sum()) for s in shares])


@functools.cache
def loads(model, ranks, events, sharing):
    """What ranks compute, over several batches: more where there are few ranks, whose means spread more."""
    random = numpy.random.default_rng(ranks * 1000 + events)
    count = max(16, min(400, 16384 // (ranks * events)))
    many = [sampled(model, ranks, events, sharing, random) for _ in range(count)]
    mean = float(numpy.mean([batch.mean() for batch in many]))
    return Loads(ranks, events, mean, float(numpy.mean([batch.max() for batch in many])))


def validate(model):
    """Says beside each measured run what the model says."""
    runs = {}
    for row in model.tables.steps:
        runs.setdefault(row["run"], {}).setdefault(row["step"], []).append(row)
    # What a step takes besides, as counting pixels and printing, goes with its events.
    known = [row for row in model.tables.steps if row["apart"]]
    rest = sum(row["period"] - row["wait"] - row["compute"] for row in known)
    rest /= sum(row["compute"] for row in known)
    print("\n| run | measured | model | difference | of which: moving | sums | small and reports |")
    print("|---" * 7 + "|")
    rows = []
    for name, steps in sorted(runs.items()):
        first = next(iter(steps.values()))[0]
        if first["threads"] != 1 or first["ranks"] == 1:
            continue
        width = 2 if "bfloat16" in name else 4
        measured, predicted, split = [], [], []
        for ranks in steps.values():
            shares = [(row["events"], row["sites"]) for row in ranks]
            if first["apart"]:
                shares = shares[:1]
            parts = model.here(shares, width, first["option"])
            measured.append(numpy.mean([row["period"] for row in ranks]))
            predicted.append(sum(parts.values()) + rest * (parts["compute"] + parts["imbalance"]))
            split.append(parts)
        ours, theirs = float(numpy.mean(predicted)), float(numpy.mean(measured))
        mean = {
            k: float(numpy.mean([p.get(k, 0) for p in split]))
            for k in ("moving", "sums", "small", "reports")
        }
        cells = (mean["moving"], mean["sums"], mean["small"] + mean["reports"])
        print(
            f"| {name} | {1e3 * theirs:.0f} ms | {1e3 * ours:.0f} ms | {ours / theirs - 1:+.1%} | "
            + " | ".join(f"{1e3 * cell:.0f} ms" for cell in cells)
            + " |"
        )
        rows.append({"run": name, "measured": theirs, "model": ours} | mean)
    write(model.tables.folder / "validation.csv", rows)


def imbalances(model):
    """Share of a step's computing that the slowest rank takes beyond the mean."""
    return [
        {
            "events_per_rank": events,
            "shared": SHARED[sharing],
            "ranks": ranks,
            "imbalance": loads(model, ranks, events, sharing).imbalance,
        }
        for events in EVENTS
        for sharing in range(len(SHARED))
        for ranks in RANKS
    ]


EVENTS = (1, 4, 16)
BATCH = 1024
PARTS = ("compute", "imbalance", "moving", "messages", "waiting for sums", "small", "reports")


def predictions(model):
    """Every rank has as many events, or all ranks together have."""
    whole = [("strong", BATCH, r, BATCH // r) for r in RANKS if r <= BATCH]
    each = [("weak", events, r, events) for events in EVENTS for r in RANKS]
    rows = []
    for scaling, events, ranks, own in each + whole:
        for sharing, network, remedy in itertools.product(
            (AS_THEY_COME, BALANCED), NETWORKS, REMEDIES
        ):
            given = loads(model, ranks, own, sharing)
            parts = model.step(given, network, MACHINE, remedy)
            total = sum(parts.values())
            # One rank, which has nobody to wait for, and nothing to send.
            alone = loads(model, 1, own if scaling == "weak" else BATCH, AS_THEY_COME).mean
            alone /= MACHINE.threads * MACHINE.efficiency * (1 if scaling == "weak" else ranks)
            rows.append(
                {
                    "scaling": scaling,
                    "events": events,
                    "network": network.name,
                    "remedy": remedy.name,
                    "shared": SHARED[sharing],
                    "ranks": ranks,
                    "efficiency": alone / total,
                    "step": total,
                }
                | {part: parts.get(part, 0.0) for part in PARTS}
            )
    return rows


def chosen(rows, **wanted):
    """The rows with such values."""
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def only(rows, **wanted):
    """The one row with such values."""
    return next(iter(chosen(rows, **wanted)))


def line(*cells):
    """A row of a table."""
    print("| " + " | ".join(cells) + " |")


def head(*cells):
    """The first row of a table."""
    print()
    line(*cells)
    print("|---" * len(cells) + "|")


def sensitivity(model):
    """Prints how much the imbalance of 512 ranks depends on what an event costs beside its sites."""
    steps = model.tables.steps
    ranks = fitted([r for r in steps if r["ranks"] > 1 and not (r["apart"] or r["option"])])
    whole = model.compute.event + model.compute.site * model.tables.sizes[:, 1].mean()
    sites = dataclasses.replace(
        model.compute, step=0.0, event=0.0, site=whole / model.tables.sizes[:, 1].mean()
    )
    head("imbalance of 512 ranks with 4 events each", "an event", "a site", *SHARED)
    for name, compute in (
        ("fitted to trainings apart", model.compute),
        ("fitted to ranks", ranks),
        ("all cost in sites", sites),
    ):
        other = Model(model.tables, compute)
        cells = [f"{loads(other, 512, 4, s).imbalance:.1%}" for s in range(len(SHARED))]
        line(name, f"{1e3 * compute.event:.0f} ms", f"{1e6 * compute.site:.2f} µs", *cells)


# As it is, without and with balance, and as it could be.
SHOWN = (
    (REMEDIES[0], AS_THEY_COME, "as they come"),
    (REMEDIES[0], BALANCED, "--balance"),
    (REMEDIES[-1], BALANCED, "both remedies"),
)


def tables(imbalance, predicted):
    """Prints the tables of the page."""
    shown = (2, 8, 64, 512, 4096)
    head("events for each rank, imbalance", *(f"{ranks} ranks" for ranks in shown))
    for events, shared in itertools.product(EVENTS, SHARED):
        rows = chosen(imbalance, events_per_rank=events, shared=shared)
        cells = [f"{only(rows, ranks=ranks)['imbalance']:.1%}" for ranks in shown]
        line(f"{events}, {shared}", *cells)
    for scaling, events in [("weak", events) for events in EVENTS] + [("strong", BATCH)]:
        ranks = shown if scaling == "weak" else [min(r, BATCH) for r in shown]
        each = "a step" if scaling == "strong" else "for each rank"
        head(
            f"{scaling}, {events} event{'s' * (events > 1)} {each}", *(f"{r} ranks" for r in ranks)
        )
        for network, (remedy, sharing, name) in itertools.product(NETWORKS, SHOWN):
            rows = chosen(
                predicted,
                scaling=scaling,
                events=events,
                network=network.name,
                remedy=remedy.name,
                shared=SHARED[sharing],
            )
            cells = [f"{only(rows, ranks=r)['efficiency']:.0%}" for r in ranks]
            line(f"{network.name}, {name}", *cells)
    head(
        "HDR InfiniBand, 4 events for each of 512 ranks",
        "efficiency",
        "step",
        *(f"{part}, ms" for part in PARTS),
    )
    rows = chosen(predicted, scaling="weak", events=4, network="HDR InfiniBand", ranks=512)
    for remedy, sharing in [(REMEDIES[0], AS_THEY_COME)] + [(r, BALANCED) for r in REMEDIES]:
        row = only(rows, remedy=remedy.name, shared=SHARED[sharing])
        line(
            remedy.name if sharing else f"{remedy.name}, as they come",
            f"{row['efficiency']:.0%}",
            f"{1e3 * row['step']:.0f} ms",
            *(f"{1e3 * row[part]:.1f}" for part in PARTS),
        )


def layouts(model):
    """Prints what ranks would give that share the cores of 64 machines otherwise."""
    head(
        "ranks × threads of each of 64 machines, 8192 events a step, HDR InfiniBand",
        "step as it is",
        "with both remedies",
        "compute",
    )
    for machine in (Machine(64, 1, 1.0), MACHINE, Machine(2, 32, 0.6)):
        ranks = 64 * machine.ranks
        steps = [
            model.step(loads(model, ranks, 8192 // ranks, BALANCED), NETWORKS[3], machine, remedy)
            for remedy in (REMEDIES[0], REMEDIES[-1])
        ]
        line(
            f"{machine.ranks} × {machine.threads}, efficiency of threads {machine.efficiency:.0%}",
            *(f"{1e3 * sum(parts.values()):.0f} ms" for parts in steps),
            f"{1e3 * steps[0]['compute']:.0f} ms",
        )


def main():
    """Prints, writes and draws."""
    if len(sys.argv) > 2 or sys.argv[1:] in (["--help"], ["-h"]):
        raise SystemExit(__doc__)
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) == 2 else HERE
    model = Model(Tables(folder))
    compute, gradients = model.compute, model.gradients
    print(
        f"A rank computes {1e3 * compute.step:.1f} ms a step, {1e3 * compute.event:.1f} ms an event and "
        f"{1e6 * compute.site:.2f} µs a site, by one thread; steps differ from this by "
        f"{compute.deviation:.1%}."
    )
    print(
        f"\nGradients: {gradients.values} values in {len(gradients.buckets)} buckets, complete after "
        + ", ".join(f"{when:.0%}" for _, when in gradients.buckets)
        + " of the backward pass; "
        f"{gradients.statistics} running statistics."
    )
    print(
        f"\nOne thread moves gradients for {1e3 * model.moving(2, 4):.0f} ms a step "
        f"({1e3 * model.moving(2, 2):.0f} ms on their way as bfloat16)."
    )
    validate(model)
    imbalance, predicted = imbalances(model), predictions(model)
    write(folder / "imbalance.csv", imbalance)
    kept = {REMEDIES[0].name, REMEDIES[-1].name}
    write(
        folder / "predictions.csv",
        (
            row
            for row in predicted
            if row["remedy"] in kept and row["ranks"] in (2, 8, 64, 512, 1024, 4096)
        ),
    )
    tables(imbalance, predicted)
    sensitivity(model)
    layouts(model)
    try:
        import pictures
    except ImportError:
        print("model.py: no pictures without matplotlib", file=sys.stderr)
        return
    pictures.draw(folder, model.tables.sizes[:, 1], imbalance, predicted)


if __name__ == "__main__":
    main()
