"""Draws what `model.py` predicts."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

import model as predicting  # noqa: E402


def over_ranks(axes, rows, value="efficiency", **style):
    """A line over the number of ranks."""
    axes.plot([row["ranks"] for row in rows], [100 * row[value] for row in rows], **style)
    axes.set_xscale("log", base=2)
    axes.set_xlabel("ranks")
    axes.grid(alpha=0.3)


def efficiencies(folder, predicted):
    """Weak scaling for each number of events, and strong scaling."""
    wanted = [("weak", events) for events in predicting.EVENTS] + [("strong", predicting.BATCH)]
    figure, panels = plt.subplots(1, len(wanted), figsize=(16, 4.4), sharey=True)
    for axes, (scaling, events) in zip(panels, wanted):
        for number, network in enumerate(predicting.NETWORKS):
            for (remedy, sharing, _), style in zip(predicting.SHOWN, (":", "-", "--")):
                rows = predicting.chosen(
                    predicted,
                    scaling=scaling,
                    events=events,
                    network=network.name,
                    remedy=remedy.name,
                    shared=predicting.SHARED[sharing],
                )
                label = network.name if style == "-" else None
                over_ranks(axes, rows, linestyle=style, color=f"C{number}", label=label)
        each = "for each rank" if scaling == "weak" else "a step"
        axes.set_title(f"{scaling}, {events} event{'s' * (events > 1)} {each}")
        axes.set_ylim(0, 105)
        axes.axhline(93, color="grey", linewidth=0.8)
    panels[0].set_ylabel("efficiency (%)")
    panels[0].legend(
        fontsize=8,
        title="solid: --balance, dotted: without\ndashed: both remedies",
        title_fontsize=8,
    )
    finish(figure, folder / "efficiency.png")


def imbalances(folder, sites, imbalance):
    """Sizes of events, and what the slowest rank takes beyond the mean."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4))
    left.hist(sites / 1000, bins=60, label=f"{len(sites)} simulated events")
    for number, size in enumerate(predicting.REAL_SITES):
        left.axvline(size / 1000, color="C3", label=None if number else "three real events")
    left.set_xlabel("sites of an event at half resolution (thousands)")
    left.set_ylabel("events")
    left.legend(fontsize=8)
    for number, events in enumerate(predicting.EVENTS):
        for shared, style in zip(predicting.SHARED, (":", "-", "--")):
            rows = predicting.chosen(imbalance, events_per_rank=events, shared=shared)
            over_ranks(
                right,
                rows,
                "imbalance",
                linestyle=style,
                color=f"C{number}",
                label=f"{events} for each rank, {shared}",
            )
    right.set_ylabel("slowest rank beyond the mean (%)")
    right.legend(fontsize=8)
    finish(figure, folder / "imbalance.png")


def parts(folder, predicted):
    """Where a step's time goes, as it is and with both remedies."""
    figure, panels = plt.subplots(1, 2, figsize=(11, 4.4), sharey=True)
    for axes, remedy in zip(panels, (predicting.REMEDIES[0], predicting.REMEDIES[-1])):
        rows = predicting.chosen(
            predicted,
            scaling="weak",
            events=4,
            network="HDR InfiniBand",
            remedy=remedy.name,
            shared=predicting.SHARED[predicting.BALANCED],
        )
        ranks = [row["ranks"] for row in rows]
        layers = [[1e3 * row[part] for row in rows] for part in predicting.PARTS]
        axes.stackplot(ranks, layers, labels=predicting.PARTS)
        axes.set_xscale("log", base=2)
        axes.set_xlabel("ranks")
        axes.set_title("with both remedies" if remedy.halves else remedy.name)
        mean = rows[0]["compute"] * 1e3
        axes.set_ylim(0, 2.5 * mean)
    panels[0].set_ylabel("milliseconds of a step")
    panels[0].legend(fontsize=8, loc="upper left")
    figure.suptitle("4 events for each rank, --balance, HDR InfiniBand")
    finish(figure, folder / "parts.png")


def finish(figure, path):
    """Writes a picture."""
    figure.tight_layout()
    figure.savefig(path, dpi=100)
    plt.close(figure)


def draw(folder, sites, imbalance, predicted):
    """Draws all pictures."""
    efficiencies(folder, predicted)
    imbalances(folder, sites, imbalance)
    parts(folder, predicted)
