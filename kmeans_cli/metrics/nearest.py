"""The samples nearest to each centroid: what a cluster looks like at its best."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import BoolArray, Float64Array, IntArray


def nearest_samples(squared_distances: Float64Array, labels: IntArray, k: int, m: int = 10) -> NDArray[np.int64]:
    """The members of each cluster that are nearest to its centroid.

    Args:
        squared_distances: (n,) of each sample to the centroid of its own cluster.
        labels: (n,) cluster of each sample, 0 to k − 1.
        k: Number of clusters.
        m: How many members of each.

    Returns:
        (k, m) indices of samples, nearest first, the lower index on ties; −1 where a cluster has fewer than m.
    """
    # A stable sort by cluster, then distance, leaves equal distances in the order of the samples.
    by_cluster = np.lexsort((squared_distances, labels))
    clusters = labels[by_cluster]
    rank = np.arange(len(labels)) - np.searchsorted(clusters, np.arange(k))[clusters]
    among_first = rank < m
    nearest = np.full((k, m), -1, dtype=np.int64)
    nearest[clusters[among_first], rank[among_first]] = by_cluster[among_first]
    return nearest


def right_samples(nearest: IntArray, y: NDArray[Any], cluster_classes: tuple[Any, ...]) -> BoolArray:
    """(k, m) whether a nearest sample is of its cluster's class; False where there is no sample.

    Args:
        nearest: (k, m) from ``nearest_samples``.
        y: (n,) true classes.
        cluster_classes: (k,) class of each cluster, None where it has none.
    """
    rows = zip(nearest, cluster_classes, strict=True)
    same = [[y[sample] == name for sample in row] for row, name in rows]
    return np.array(same, dtype=bool).reshape(nearest.shape) & (nearest >= 0)
