"""What to do with clusters that lost all their samples: a policy gives each of them a new centroid.

A policy acts after the update, and only on centroids; the next assignment fills the clusters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from kmeans_cli.core.distance import own_squared_distances, squared_distances
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks
from kmeans_cli.errors import FitError


@dataclass(frozen=True)
class EmptyCase:
    """Clusters found empty after an update.

    Attributes:
        empty: (m,) their numbers, ascending.
        centroids: (k, d) the updated centroids; those of empty clusters are as before the update.
        labels: (n,) the current labels.
        samples, prepared, rng, map_blocks: As in the fit.
    """

    empty: IntArray
    centroids: Float64Array
    labels: LabelArray
    samples: Samples
    prepared: Prepared
    rng: np.random.Generator
    map_blocks: MapBlocks

    def squared_distances(self) -> Float64Array:
        """(n,) squared distance of each sample to its centroid; −1 where a sample weighs nothing."""
        squared = own_squared_distances(self.samples, self.centroids, self.labels, self.map_blocks)
        if self.samples.weights is not None:
            squared[self.samples.weights == 0] = -1
        return squared

    def farthest(self, n: int) -> IntArray:
        """The n samples farthest from their centroids, the farthest first. Ties: the lowest index."""
        return np.argsort(-self.squared_distances(), kind="stable")[:n]

    def farthest_of_costliest(self, n: int) -> IntArray:
        """The farthest member of each of the n clusters with the largest inertia, the largest first."""
        squared, weights = self.squared_distances(), self.samples.weights
        cost = squared if weights is None else squared * weights
        inertias = np.bincount(self.labels, np.maximum(cost, 0), len(self.centroids))
        donors = np.argsort(-inertias, kind="stable")[:n]
        return np.array([np.argmax(np.where(self.labels == donor, squared, -1)) for donor in donors])

    def placed_at(self, indices: IntArray) -> Float64Array:
        """(m, d) these samples as the new centroids.

        A sample that already is its centroid, but for rounding, is not given another: two centroids on equal samples
        would take them from each other for ever. The empty cluster then stays where it was.
        """
        rows = self.samples.take(indices).astype(np.float64)
        apart = squared_distances(rows, self.centroids[self.labels[indices]]) > self.prepared.resolution**2
        return np.where(apart[:, None], rows, self.centroids[self.empty])


EmptyPolicy: TypeAlias = Callable[[EmptyCase], Float64Array]
"""From a case with m empty clusters to their (m, d) new centroids."""


def farthest(case: EmptyCase) -> Float64Array:
    """The samples farthest from their centroids, another one for each empty cluster.

    As scikit-learn relocates empty clusters; inertia falls with every sample placed. Ties: the lowest index.
    """
    return case.placed_at(case.farthest(len(case.empty)))


def split(case: EmptyCase) -> Float64Array:
    """The farthest member of the cluster with the largest inertia; the second empty cluster takes the second largest.

    Splitting the cluster that distorts most is the step of Linde, Buzo & Gray (1980).
    """
    return case.placed_at(case.farthest_of_costliest(len(case.empty)))


def sample(case: EmptyCase) -> Float64Array:
    """Samples drawn at random, by weight where there are weights: the ``sample`` start again, for these clusters.

    No published source.
    """
    weights = case.samples.weights
    share = None if weights is None else weights / weights.sum()
    return case.placed_at(case.rng.choice(case.samples.n, len(case.empty), p=share))


def uniform(case: EmptyCase) -> Float64Array:
    """Vectors drawn evenly between the smallest and the largest value of the matrix: the first report's second way."""
    shape = len(case.empty), case.samples.d
    return case.rng.uniform(case.prepared.lowest, case.prepared.highest, shape)


def zero(case: EmptyCase) -> Float64Array:
    """Zero vectors: the first report's first way. They may stay empty for ever."""
    return np.zeros((len(case.empty), case.samples.d))


def keep(case: EmptyCase) -> Float64Array:
    """Where they were. They may stay empty for ever.

    So do the means of MacQueen's (1967) sequential procedure, which move only when they are given a sample.
    """
    return case.centroids[case.empty]


def error(case: EmptyCase) -> Float64Array:
    """No centroids: the fit fails, as R's ``kmeans`` does with an "empty cluster".

    Raises:
        FitError: Always; it names the clusters.
    """
    numbers = ", ".join(map(str, case.empty[:5])) + (", …" if len(case.empty) > 5 else "")
    raise FitError(
        f"{len(case.empty)} of {len(case.centroids)} clusters became empty (number {numbers}) under empty: error"
    )


EMPTY_POLICIES: dict[str, EmptyPolicy] = {
    "farthest": farthest,
    "split": split,
    "sample": sample,
    "uniform": uniform,
    "zero": zero,
    "keep": keep,
    "error": error,
}
