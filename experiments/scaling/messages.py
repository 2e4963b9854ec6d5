#!/usr/bin/env python3
"""Time messages between ranks by their size: mpirun -n 2 messages.py > messages.csv

Needs mpi4py and numpy. Sums go as the trainer's do: pieces from all to all, each rank adds up its own, all
gather the sums. One pass over memory is what a copy of a bucket costs, of which the trainer makes several.
"""

import sys
import time

import numpy
from mpi4py import MPI

WORLD = MPI.COMM_WORLD
RANKS = WORLD.Get_size()
# Enough for medians, few enough for a minute.
ROUNDS = 31
LARGEST = 1 << 26


def seconds(body):
    """What each round takes until the last rank is through it, after three that warm up."""
    own = []
    for _ in range(ROUNDS + 3):
        WORLD.Barrier()
        start = time.perf_counter()
        body()
        own.append(time.perf_counter() - start)
    slowest = numpy.empty(ROUNDS)
    WORLD.Allreduce(numpy.array(own[3:]), slowest, op=MPI.MAX)
    return slowest


class Sum:
    """A sum of floats over ranks, by the calls that the trainer makes."""

    def __init__(self, size):
        self.piece = max(1, size // 4 // RANKS)
        self.sent = numpy.ones(self.piece * RANKS, numpy.float32)
        self.received = numpy.empty_like(self.sent)

    def begin(self):
        """Begins to give every rank its piece."""
        return WORLD.Ialltoall(self.sent, self.received)

    def gather(self):
        """Begins to give the sums of a piece to everybody."""
        self.sums = self.received.reshape(RANKS, self.piece).sum(0)
        return WORLD.Iallgather(self.sums, self.received)

    def take(self):
        """Takes the whole sum, and waits."""
        self.begin().Wait()
        self.gather().Wait()


def gather(size):
    """Takes everybody's bytes, as ranks do where they agree."""
    own = numpy.zeros(size, numpy.uint8)
    all_bytes = numpy.empty(size * RANKS, numpy.uint8)
    return lambda: WORLD.Allgather(own, all_bytes)


def reduce(size):
    """Takes the sum that MPI itself has, to compare."""
    own = numpy.ones(size // 4, numpy.float32)
    total = numpy.empty_like(own)
    return lambda: WORLD.Allreduce(own, total)


def copy(size):
    """Copies as much as a sum has, on all ranks at once."""
    source = numpy.ones(size // 4, numpy.float32)
    target = numpy.empty_like(source)
    return lambda: numpy.copyto(target, source)


def main():
    """Prints a line for each kind and size."""
    if sys.argv[1:]:
        raise SystemExit(__doc__)
    if WORLD.Get_rank() == 0:
        print("kind,ranks,bytes,quarter,median,three_quarters")
    plans = [("gather", size, gather(size)) for size in (8, 64, 512, 4096)]
    for power in range(12, LARGEST.bit_length(), 2):
        size = 1 << power
        plans += [
            ("sum", size, Sum(size).take),
            ("allreduce", size, reduce(size)),
            ("copy", size, copy(size)),
        ]
    for kind, size, body in plans:
        taken = numpy.quantile(seconds(body), (0.25, 0.5, 0.75))
        if WORLD.Get_rank() == 0:
            print(kind, RANKS, size, *(f"{value:.4g}" for value in taken), sep=",")
            sys.stdout.flush()


main()
