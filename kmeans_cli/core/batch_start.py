"""A start for mini-batch: found on a draw from the samples, and the best of several by another draw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kmeans_cli.core.distance import own_squared_distances
from kmeans_cli.core.init import Init, Start, StartCase
from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.result import weighted_sum
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import IntArray

# The draws hold so many batches, and so many samples per cluster, at least.
_BATCHES = 3
_PER_CLUSTER = 3


def draw_start(case: StartCase, init: Init, n_init: int, batch_size: int) -> Start:
    """The best of ``n_init`` starts, each made from a draw of its own.

    A draw is of max(3·batch_size, 3·k) distinct samples with a weight, or all there are. The best start has the least
    inertia on one more such draw, the first of equals; so all starts together cost less than a pass over the data.
    scikit-learn's ``MiniBatchKMeans`` does the same.

    Args:
        case: What a start of all samples would be made from.
        init: How a start is made.
        n_init: How many.
        batch_size: Of the fit.
    """
    weights = case.samples.weights
    weighty = np.arange(case.samples.n) if weights is None else np.flatnonzero(weights)
    size = min(max(_BATCHES * batch_size, _PER_CLUSTER * case.n_clusters), len(weighty))

    def draw() -> IntArray:
        return case.rng.choice(weighty, size, replace=False)

    if n_init == 1:
        return _start_from(case, init, draw())
    validation = _part(case, draw())
    return min((_start_from(case, init, draw()) for _ in range(n_init)), key=lambda start: _inertia(validation, start))


def _start_from(case: StartCase, init: Init, indices: IntArray) -> Start:
    """A start made from some of the samples, its indices those among all."""
    start = init(_part(case, indices))
    return start if start.indices is None else Start(start.centroids, indices[start.indices])


def _part(case: StartCase, indices: IntArray) -> StartCase:
    """The case of some of the samples; their range stays that of all, as ``uniform`` promises."""
    samples, prepared = case.samples, case.prepared
    weights = None if samples.weights is None else samples.weights[indices]
    return replace(
        case,
        samples=ArraySamples(samples.take(indices), weights),
        prepared=prepared.part(indices),
    )


def _inertia(part: StartCase, start: Start) -> float:
    labels = nearest_labels(part.samples, part.prepared, start.centroids, part.map_blocks)
    squared = own_squared_distances(part.samples, start.centroids, labels, part.map_blocks)
    return weighted_sum(squared, part.samples.weights)
