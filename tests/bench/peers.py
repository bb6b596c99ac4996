"""Fits of one work by us and by scikit-learn, from the same start, checked before they are compared."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from sklearn.cluster import KMeans, kmeans_plusplus

from kmeans_cli.core.engine import fit
from kmeans_cli.core.init import INITS, StartCase
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import LabelArray
from kmeans_cli.threads import available_cores, open_block_map
from tests.bench.works import Work

_STRICT = 10_000
"""Iterations enough to converge strictly on every work."""


@dataclass(frozen=True)
class Timed:
    """One timed fit.

    Attributes:
        seconds: Of the whole call, preparation included.
        n_iter: Iterations.
        labels: (n,).
        phases: Seconds by phase, where the program tells.
        algorithm: What ran.
    """

    seconds: float
    n_iter: int
    labels: LabelArray
    phases: Mapping[str, float]
    algorithm: str


class Contender(Protocol):
    """Fits a work, to strict convergence unless it is told to stop early."""

    def __call__(self, work: Work, max_iter: int = ...) -> Timed:
        """Fit."""
        ...


def ours(algorithm: str) -> Contender:
    """Our fit, on all cores."""

    def run(work: Work, max_iter: int = _STRICT) -> Timed:
        params = KMeansParams(n_clusters=work.k, algorithm=algorithm, max_iter=max_iter)
        samples, start = ArraySamples(work.X, work.weights), work.start.astype(np.float64)
        with open_block_map(available_cores()) as map_blocks:
            began = time.perf_counter()
            prepared = prepare(samples, map_blocks)
            phases = {"prepare": time.perf_counter() - began}
            if work.plus_plus:
                INITS["k-means++"](StartCase(work.k, samples, prepared, np.random.default_rng(0), map_blocks))
                phases["init"] = time.perf_counter() - began - phases["prepare"]
            result = fit(samples, params, start=start, prepared=prepared, map_blocks=map_blocks)
            seconds = time.perf_counter() - began
        phases["fit"] = result.seconds["fit"]
        return Timed(seconds, result.n_iter, result.labels, phases, result.algorithm)

    return run


def scikit_learn(algorithm: str) -> Contender:
    """scikit-learn's fit to strict convergence, on all cores as it comes."""

    def run(work: Work, max_iter: int = _STRICT) -> Timed:
        start = work.start.astype(work.X.dtype)
        model = KMeans(work.k, init=start, n_init=1, tol=0, max_iter=max_iter, algorithm=algorithm)
        began = time.perf_counter()
        if work.plus_plus:
            kmeans_plusplus(work.X, work.k, random_state=0)
        model.fit(work.X, sample_weight=work.weights)
        return Timed(time.perf_counter() - began, model.n_iter_, model.labels_, {}, algorithm)

    return run


CONTENDERS: dict[str, Contender] = {
    "scikit-learn lloyd": scikit_learn("lloyd"),
    "scikit-learn elkan": scikit_learn("elkan"),
    "our lloyd": ours("lloyd"),
    "ours": ours("auto"),
}


def inertia(work: Work, labels: LabelArray) -> float:
    """The inertia of labels against their means, in float64, whoever made them."""
    weights = np.ones(len(work.X)) if work.weights is None else work.weights
    order = np.argsort(labels, kind="stable")
    total = 0.0
    for members in np.split(order, np.cumsum(np.bincount(labels, minlength=work.k))[:-1]):
        if len(members):
            rows = work.X[members].astype(np.float64)
            mean = np.average(rows, axis=0, weights=weights[members])
            total += float(weights[members] @ np.square(rows - mean).sum(axis=1))
    return total


def interleaved(
    work: Work, contenders: Mapping[str, Callable[[Work], Timed]], repeats: int
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
