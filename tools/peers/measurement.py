"""What every script here measures and writes: times, memory, and the machine they are of."""

import json
import platform
import resource
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path


def seconds_of(work: Callable[[], object]) -> float:
    """How long something takes, once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def repeat(
    work: Callable[[], object], *, warmup: int, times: int, budget: float = float("inf")
) -> dict[str, float]:
    """Median and best seconds of a few repetitions; fewer of them where the budget runs out."""
    for _ in range(warmup):
        work()
    measured: list[float] = []
    while len(measured) < times and (sum(measured) < budget or not measured):
        measured.append(seconds_of(work))
    return {
        "median_seconds": statistics.median(measured),
        "best_seconds": min(measured),
        "repetitions": len(measured),
    }


def peak_resident_bytes() -> int:
    """The most memory this process ever held, libraries and interpreter included."""
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def processor() -> str:
    """The processor's name, as Linux tells it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor()


def surroundings() -> dict[str, str]:
    """Where and when figures were taken."""
    return {
        "processor": processor(),
        "python": platform.python_version(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def write(figures: dict, path: Path | None) -> None:
    """Writes figures as JSON to a file, if one is given."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(figures, indent=2) + "\n")
