"""Mini-batch beside scikit-learn's: time of a step, and what nine seeds reach. Part of ``make bench``; runs alone too.

The time of a step is the difference between fits of three epochs and of one, from one start and without an early end,
over the steps between them: so neither the start nor the last assignment is in it.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from kmeans_cli import datasets
from kmeans_cli.core.distance import nearest_labels, own_squared_distances
from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.prepare import Prepared, prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import KMeansResult
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.threads import open_block_map
from tests.bench.works import sample_start

KS = (10, 16, 36, 64, 144, 256)
BATCH_SIZE = 1024
SEEDS = range(9)
REPEATS = 5
NEVER = 1 << 30


class Bench:
    """The data, and the two contenders on it, each on all cores.

    The peer never runs within ``open_block_map``, which would hold its OpenMP to one thread too.
    """

    def __init__(self, samples: ArraySamples, prepared: Prepared) -> None:
        self.samples, self.prepared = samples, prepared

    def step_seconds(self, k: int) -> tuple[float, float]:
        """Median seconds of a step, ours and scikit-learn's, measured in turn so that drift hits both alike."""
        start = sample_start(self.samples.X, k)
        contenders = self._our_epochs(start), self._their_epochs(start)
        steps = (3 * self.samples.n) // BATCH_SIZE - self.samples.n // BATCH_SIZE
        times = [[(_seconds(run, 3) - _seconds(run, 1)) / steps for run in contenders] for _ in range(REPEATS)]
        ours, theirs = zip(*times, strict=True)
        return statistics.median(ours), statistics.median(theirs)

    def reached(self, k: int) -> tuple[list[float], list[float], float, float]:
        """Inertias of all seeds, ours and scikit-learn's, and the median seconds of the whole fits."""
        ours, theirs, seconds = [], [], []
        for seed in SEEDS:
            began = time.perf_counter()
            ours.append(self._fit(k, seed))
            between = time.perf_counter()
            model = MiniBatchKMeans(k, batch_size=BATCH_SIZE, n_init=1, random_state=seed).fit(self.samples.X)
            seconds.append((between - began, time.perf_counter() - between))
            theirs.append(self._inertia(model.cluster_centers_.astype(np.float64)))
        our_seconds, their_seconds = map(statistics.median, zip(*seconds, strict=True))
        return ours, theirs, our_seconds, their_seconds

    def _fit(self, k: int, seed: int) -> float:
        return self._run(k, MiniBatchParams(BATCH_SIZE), seed=seed).inertia

    def _run(self, k: int, batches: MiniBatchParams, **keywords: Any) -> KMeansResult:
        params = KMeansParams(k, algorithm="minibatch")
        with open_block_map() as map_blocks:
            return fit(
                self.samples, params, minibatch=batches, prepared=self.prepared, map_blocks=map_blocks, **keywords
            )

    def _inertia(self, centroids: np.ndarray) -> float:
        with open_block_map() as map_blocks:
            labels = nearest_labels(self.samples, self.prepared, centroids, map_blocks)
            return float(own_squared_distances(self.samples, centroids, labels, map_blocks).sum())

    def _our_epochs(self, start: np.ndarray) -> Callable[[int], object]:
        given = start.astype(np.float64)

        def run(epochs: int) -> object:
            return self._run(len(start), MiniBatchParams(BATCH_SIZE, max_epochs=epochs, patience=NEVER), start=given)

        return run

    def _their_epochs(self, start: np.ndarray) -> Callable[[int], object]:
        def run(epochs: int) -> object:
            settings = {"batch_size": BATCH_SIZE, "max_iter": epochs, "max_no_improvement": None, "n_init": 1}
            return MiniBatchKMeans(len(start), init=start, **settings).fit(self.samples.X)

        return run


def main() -> None:
    """Print one table, of the k given as arguments or all of them."""
    if not os.environ.get("KMEANS_DATA_DIR"):
        sys.exit("set KMEANS_DATA_DIR to a folder with MNIST; the benchmark needs the real images")
    samples = ArraySamples(datasets.load(DataParams(name="mnist", test=False)).X)
    print(f"mini-batch, MNIST n = {samples.n}, d = {samples.d}, float32, batch {BATCH_SIZE}, {len(SEEDS)} seeds")
    print("                ms per step           median inertia (float64)      median seconds of a fit")
    print(
        f"{'k':>4} {'ours':>8} {'peer':>8} {'ratio':>6} {'ours':>13} {'peer':>13} {'ratio':>7} {'ours':>8} {'peer':>8}"
    )
    with open_block_map() as map_blocks:
        bench = Bench(samples, prepare(samples, map_blocks))
    for k in map(int, sys.argv[1:]) if sys.argv[1:] else KS:
        step, peer_step = (1000 * seconds for seconds in bench.step_seconds(k))
        ours, theirs, seconds, peer_seconds = bench.reached(k)
        inertia, peer = statistics.median(ours), statistics.median(theirs)
        print(
            f"{k:4d} {step:8.2f} {peer_step:8.2f} {step / peer_step:6.2f} {inertia:13.0f} {peer:13.0f} "
            f"{inertia / peer:7.4f} {seconds:8.2f} {peer_seconds:8.2f}",
            flush=True,
        )
    print("the peer is scikit-learn's MiniBatchKMeans; targets: step ratio at most 0.50, inertia ratio at most 1.01")


def _seconds(run: Callable[[int], object], epochs: int) -> float:
    began = time.perf_counter()
    run(epochs)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
