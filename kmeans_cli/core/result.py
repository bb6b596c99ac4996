"""How a fit ends, whichever loop ran it: its labels belong to its centroids, and everything is measured directly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kmeans_cli.core.distance import own_squared_distances
from kmeans_cli.core.init import Start
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.types import Float64Array, IterationRecord, KMeansResult, LabelArray, MapBlocks, StopReason


def build_result(
    samples: Samples,
    prepared: Prepared,
    centroids: Float64Array,
    labels: LabelArray,
    *,
    begin: Start,
    history: Sequence[IterationRecord],
    stop_reason: StopReason,
    algorithm: str,
    algorithm_reason: str,
    cure: str,
    map_blocks: MapBlocks,
) -> KMeansResult:
    """The result of a loop that has ended.

    Args:
        samples: The data.
        prepared: Of these samples.
        centroids: (k, d) where the loop left them.
        labels: (n,) the nearest of them for each sample.
        begin: Where the loop began.
        history: A record per iteration.
        stop_reason: What ended it.
        algorithm: What ran.
        algorithm_reason: Why.
        cure: The setting against empty clusters, for the warning about those that are left: ``"empty: farthest"``.
        map_blocks: Who computes blocks.
    """
    squared = own_squared_distances(samples, centroids, labels, map_blocks)
    inertia = weighted_sum(squared, samples.weights)
    sizes = np.bincount(labels, minlength=len(centroids))
    return KMeansResult(
        centroids=centroids,
        labels=labels,
        squared_distances=squared,
        inertia=inertia,
        cluster_sizes=sizes,
        history=tuple(history),
        stop_reason=stop_reason,
        start=begin.centroids,
        init_indices=begin.indices,
        algorithm=algorithm,
        algorithm_reason=algorithm_reason,
        warnings=warnings_of(prepared, sizes, inertia, cure),
    )


def weighted_sum(values: Float64Array, weights: Float64Array | None) -> float:
    """Σ wᵢ·valueᵢ, with all weights 1 for None."""
    return float(values.sum() if weights is None else weights @ values)


def warnings_of(prepared: Prepared, sizes: np.ndarray, inertia: float, cure: str) -> tuple[str, ...]:
    """What the user should know of (k,) cluster sizes: that some are 0, and why."""
    k, n_empty = len(sizes), int(np.count_nonzero(sizes == 0))
    if n_empty == 0:
        return ()
    if inertia <= prepared.total_weight * prepared.resolution**2:
        return (f"the data have only {k - n_empty} distinct samples: {n_empty} of {k} clusters are empty",)
    return (f"{n_empty} of {k} clusters are empty ({cure})",)
