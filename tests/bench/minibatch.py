"""Mini-batch beside scikit-learn's: time of a step, and what nine seeds reach. Part of ``make bench``; runs alone too.

The time of a step is the difference between fits of three epochs and of one, from one start and without an early end,
over the steps between them: so neither the start nor the last assignment is in it, nor what serves all fits of a data
set. Each program works in a process of its own, see ``alone``, on all cores, and they take turns, so that drift of the
machine hits both alike.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from kmeans_cli import datasets
from kmeans_cli.core.distance import own_squared_distances
from kmeans_cli.core.engine import fit
from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import KMeansResult
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.threads import open_block_map
from tests.bench.works import sample_start

N_SAMPLES = 60_000
KS = (10, 16, 36, 64, 144, 256)
BATCH_SIZE = 1024
SEEDS = range(9)
ROUNDS, REPEATS = 3, 3
NEVER = 1 << 30


class Ours:
    """Our fits."""

    def __init__(self, X: np.ndarray) -> None:
        self.X, self.samples = X, ArraySamples(X)
        with open_block_map() as map_blocks:
            self.prepared = prepare(self.samples, map_blocks)

    def run(self, k: int, epochs: int) -> object:
        """So many epochs from the start that both have."""
        batches = MiniBatchParams(BATCH_SIZE, max_epochs=epochs, patience=NEVER)
        return self._fit(k, batches, start=sample_start(self.samples.X, k).astype(np.float64))

    def centroids(self, k: int, seed: int) -> np.ndarray:
        """Of a whole fit."""
        return self._fit(k, MiniBatchParams(BATCH_SIZE), seed=seed).centroids

    def _fit(self, k: int, batches: MiniBatchParams, **keywords: Any) -> KMeansResult:
        params = KMeansParams(k, algorithm="minibatch")
        with open_block_map() as map_blocks:
            return fit(
                self.samples, params, minibatch=batches, prepared=self.prepared, map_blocks=map_blocks, **keywords
            )


class Theirs:
    """scikit-learn's; never within ``open_block_map``, which would hold its OpenMP to one thread too."""

    def __init__(self, X: np.ndarray) -> None:
        self.X = X

    def run(self, k: int, epochs: int) -> object:
        """So many epochs from the start that both have."""
        settings = {"batch_size": BATCH_SIZE, "max_iter": epochs, "max_no_improvement": None, "n_init": 1}
        return MiniBatchKMeans(k, init=sample_start(self.X, k), **settings).fit(self.X)

    def centroids(self, k: int, seed: int) -> np.ndarray:
        """Of a whole fit."""
        model = MiniBatchKMeans(k, batch_size=BATCH_SIZE, n_init=1, random_state=seed).fit(self.X)
        return model.cluster_centers_.astype(np.float64)


CONTENDERS = {"ours": Ours, "theirs": Theirs}


def step(program: Ours | Theirs, k: int) -> float:
    """Median seconds of a step, after a warm-up."""
    program.run(k, 1)
    steps = 3 * N_SAMPLES // BATCH_SIZE - N_SAMPLES // BATCH_SIZE
    return statistics.median((_seconds(program, k, 3) - _seconds(program, k, 1)) / steps for _ in range(REPEATS))


def reach(program: Ours | Theirs, k: int) -> tuple[float, float]:
    """Medians of all seeds: the inertia, and the seconds of a whole fit, of which the first makes what serves all."""
    seconds, reached = [], []
    for seed in SEEDS:
        began = time.perf_counter()
        reached.append(program.centroids(k, seed))
        seconds.append(time.perf_counter() - began)
    return statistics.median(_inertias(program.X, reached)), statistics.median(seconds)


def _seconds(program: Ours | Theirs, k: int, epochs: int) -> float:
    began = time.perf_counter()
    program.run(k, epochs)
    return time.perf_counter() - began


def _inertias(X: np.ndarray, reached: list[np.ndarray]) -> list[float]:
    samples = ArraySamples(X)
    with open_block_map() as map_blocks:
        prepared = prepare(samples, map_blocks)
        labels = [nearest_labels(samples, prepared, centroids, map_blocks) for centroids in reached]
        pairs = zip(reached, labels, strict=True)
        return [float(own_squared_distances(samples, *pair, map_blocks).sum()) for pair in pairs]


MEASUREMENTS = {"step": step, "reach": reach}


def alone(contender: str, measurement: str, k: int) -> Any:
    """What one program measures in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.minibatch", contender, measurement, str(k)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main(ks: Sequence[int]) -> None:
    """Print one table."""
    if not os.environ.get("KMEANS_DATA_DIR"):
        sys.exit("set KMEANS_DATA_DIR to a folder with MNIST; the benchmark needs the real images")
    print(f"mini-batch, MNIST 60,000 x 784, float32, batch {BATCH_SIZE}, {len(SEEDS)} seeds")
    print("                ms per step           median inertia (float64)      median seconds of a fit")
    print(
        f"{'k':>4} {'ours':>8} {'peer':>8} {'ratio':>6} {'ours':>13} {'peer':>13} {'ratio':>7} {'ours':>8} {'peer':>8}"
    )
    for k in ks:
        turns = [[alone(contender, "step", k) for contender in CONTENDERS] for _ in range(ROUNDS)]
        ms, peer_ms = (1000 * statistics.median(steps) for steps in zip(*turns, strict=True))
        (ours, seconds), (peer, peer_seconds) = (alone(contender, "reach", k) for contender in CONTENDERS)
        print(
            f"{k:4d} {ms:8.2f} {peer_ms:8.2f} {ms / peer_ms:6.2f} {ours:13.0f} {peer:13.0f} "
            f"{ours / peer:7.4f} {seconds:8.2f} {peer_seconds:8.2f}",
            flush=True,
        )
    print("the peer is scikit-learn's MiniBatchKMeans; targets: step ratio at most 0.50, inertia ratio at most 1.01")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in CONTENDERS:
        name, measurement, k = sys.argv[1:]
        X = datasets.load(DataParams(name="mnist", test=False)).X
        print(json.dumps(MEASUREMENTS[measurement](CONTENDERS[name](X), int(k))))
    else:
        main([int(k) for k in sys.argv[1:]] or KS)
