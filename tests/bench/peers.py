"""Fits of one work by us and by scikit-learn, from the same start, checked before they are compared."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.cluster import KMeans

from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.threads import available_cores, open_block_map


@dataclass(frozen=True)
class Timed:
    """One timed fit: seconds, iterations, labels and what it says its inertia is."""

    seconds: float
    n_iter: int
    labels: np.ndarray
    phases: dict[str, float]


@dataclass(frozen=True)
class Work:
    """A matrix, a start and what to call it."""

    name: str
    X: np.ndarray
    start: np.ndarray
    weights: np.ndarray | None = None

    @property
    def k(self) -> int:
        """Number of clusters."""
        return len(self.start)


def sample_start(X: np.ndarray, k: int, seed: int = 0) -> np.ndarray:
    """(k, d) distinct rows of X."""
    return X[np.random.default_rng(seed).choice(len(X), k, replace=False)]


def ours(algorithm: str) -> Callable[[Work], Timed]:
    """Our fit with the algorithm, on all cores, preparation included."""

    def run(work: Work) -> Timed:
        params = KMeansParams(n_clusters=work.k, algorithm=algorithm, max_iter=10_000)
        samples = ArraySamples(work.X, work.weights)
        with open_block_map(available_cores()) as map_blocks:
            began = time.perf_counter()
            result = fit(samples, params, start=work.start.astype(np.float64), map_blocks=map_blocks)
            seconds = time.perf_counter() - began
        return Timed(seconds, result.n_iter, result.labels, result.seconds)

    return run


def scikit_learn(algorithm: str) -> Callable[[Work], Timed]:
    """scikit-learn's fit to strict convergence, on all cores as it comes."""

    def run(work: Work) -> Timed:
        start = work.start.astype(work.X.dtype)
        model = KMeans(work.k, init=start, n_init=1, tol=0, max_iter=10_000, algorithm=algorithm)
        began = time.perf_counter()
        model.fit(work.X, sample_weight=work.weights)
        return Timed(time.perf_counter() - began, model.n_iter_, model.labels_, {})

    return run


def inertia(work: Work, labels: np.ndarray) -> float:
    """The inertia of labels against their means, in float64, whoever made them."""
    total, k = 0.0, work.k
    weights = np.ones(len(work.X)) if work.weights is None else work.weights
    for cluster in range(k):
        members = labels == cluster
        if members.any():
            rows = work.X[members].astype(np.float64)
            mean = np.average(rows, axis=0, weights=weights[members])
            total += float(weights[members] @ np.square(rows - mean).sum(axis=1))
    return total


def interleaved(
    work: Work, contenders: dict[str, Callable[[Work], Timed]], repeats: int
) -> dict[str, tuple[float, Timed]]:
    """Each contender's median seconds and last fit, after a warm-up, run in turn so that drift hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    last: dict[str, Timed] = {}
    for repeat in range(repeats + 1):
        for name, run in contenders.items():
            last[name] = run(work)
            if repeat:
                times[name].append(last[name].seconds)
    return {name: (statistics.median(times[name]), last[name]) for name in contenders}
