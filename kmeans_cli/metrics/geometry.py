"""How tight and how far apart clusters are: distances to the own centroid, and what follows from them.

Everything is float64, whatever the data are. The squared distances of one pass over the data serve all figures
but the silhouette. A sample of weight w counts like w samples, except in the silhouette.
"""

from __future__ import annotations

import math

import numpy as np

from kmeans_cli.core.types import Float64Array, FloatArray, IntArray, MapBlocks
from kmeans_cli.metrics.pairwise import DistanceBlocks, map_distance_blocks


def inertia(squared_distances: Float64Array, weights: Float64Array | None = None) -> float:
    """Σ wᵢ‖xᵢ − c‖² over the samples, with c the centroid of the own cluster.

    Args:
        squared_distances: (n,) of each sample to the centroid of its cluster.
        weights: (n,) or None: all 1.
    """
    return _weighted_sum(squared_distances, weights)


def j_clust(squared_distances: Float64Array, weights: Float64Array | None = None) -> float:
    """The inertia per unit of weight: the mean squared distance to the own centroid.

    Source: Boyd and Vandenberghe, "Introduction to Applied Linear Algebra", 2018, section 4.2.

    Args:
        squared_distances: (n,) of each sample to the centroid of its cluster.
        weights: (n,) or None: all 1.
    """
    total = len(squared_distances) if weights is None else float(weights.sum())
    return inertia(squared_distances, weights) / total


def distance_sum(squared_distances: Float64Array, weights: Float64Array | None = None) -> float:
    """Σ wᵢ‖xᵢ − c‖ over the samples: distances to the own centroid, not squared.

    Args:
        squared_distances: (n,) of each sample to the centroid of its cluster.
        weights: (n,) or None: all 1.
    """
    return _weighted_sum(np.sqrt(squared_distances), weights)


def davies_bouldin(
    squared_distances: Float64Array,
    labels: IntArray,
    centroids: Float64Array,
    weights: Float64Array | None = None,
    map_blocks: MapBlocks = map,
) -> float | None:
    """The mean over clusters i of max over j of (sᵢ + sⱼ) / ‖cᵢ − cⱼ‖, with s the mean distance to the centroid.

    Smaller is better. Equal to scikit-learn's, which knows no weights, where the centroids are the cluster means.
    Clusters without weight do not count; a pair with one place for both centroids counts as 0.
    Source: Davies and Bouldin, "A Cluster Separation Measure", IEEE PAMI 1 (2), 1979.

    Args:
        squared_distances: (n,) of each sample to the centroid of its cluster.
        labels: (n,) cluster of each sample, 0 to k − 1.
        centroids: (k, d).
        weights: (n,) or None: all 1.
        map_blocks: Who computes the blocks of distances between centroids.

    Returns:
        None where fewer than two clusters have a sample, or as many as there are samples.
    """
    cluster_weights = np.bincount(labels, weights, minlength=len(centroids))
    present = cluster_weights > 0
    if not 1 < np.count_nonzero(present) < len(labels):
        return None
    distances = np.sqrt(squared_distances)
    sums = np.bincount(labels, distances if weights is None else weights * distances, minlength=len(centroids))
    spread = sums[present] / cluster_weights[present]

    def worst_ratios(block: slice, distances: Float64Array) -> Float64Array:
        both = spread[block, np.newaxis] + spread
        ratios = np.zeros_like(both)
        np.divide(both, distances, out=ratios, where=distances > 0)
        return np.asarray(ratios.max(axis=1))

    worst = map_distance_blocks(worst_ratios, centroids[present], map_blocks)
    return _finite(np.concatenate(worst).mean())


def calinski_harabasz(
    squared_distances: Float64Array,
    labels: IntArray,
    centroids: Float64Array,
    weights: Float64Array | None = None,
) -> float | None:
    """The dispersion between clusters over that within them: (B / (k − 1)) / (W / (n − k)).

    W is the inertia, B = Σ nⱼ‖cⱼ − c̄‖² with c̄ the mean of the centroids by cluster weight nⱼ, so no pass over the
    data is needed. Larger is better. Equal to scikit-learn's, which knows no weights, where the centroids are the
    cluster means, as they are after a converged fit. 1 where W is 0, as there.
    Source: Caliński and Harabasz, "A dendrite method for cluster analysis", Communications in Statistics 3, 1974.

    Args:
        squared_distances: (n,) of each sample to the centroid of its cluster.
        labels: (n,) cluster of each sample, 0 to k − 1.
        centroids: (k, d).
        weights: (n,) or None: all 1. Counts: n is their sum.

    Returns:
        None where fewer than two clusters have weight, or n is not larger than their number.
    """
    cluster_weights = np.bincount(labels, weights, minlength=len(centroids))
    k, n = int(np.count_nonzero(cluster_weights)), float(cluster_weights.sum())
    if not 1 < k < n:
        return None
    within = inertia(squared_distances, weights)
    if within == 0:
        return 1.0
    offsets = centroids - np.average(centroids, axis=0, weights=cluster_weights)
    between = float(cluster_weights @ np.einsum("ij,ij->i", offsets, offsets))
    return _finite(between * (n - k) / (within * (k - 1)))


def draw_rows(n: int, n_samples: int, seed: int) -> IntArray:
    """(min(n, n_samples),) distinct sample indices, ascending: the rows the silhouette is measured on.

    The same for every fit of a data set, so that their silhouettes can be compared.

    Args:
        n: Number of samples.
        n_samples: How many to draw; all n where it is not smaller.
        seed: Of the draw: ``data.seed``.
    """
    if n_samples >= n:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, n_samples, replace=False, shuffle=False))


def silhouette(
    rows: FloatArray, labels: IntArray, map_blocks: MapBlocks = map, known: DistanceBlocks | None = None
) -> float | None:
    """The mean of (b − a) / max(a, b), from −1 to 1; larger is better.

    For each row, a is the mean distance to the other rows of its cluster and b the smallest mean distance to the
    rows of another one. Rows that are alone in their cluster count as 0, and so do rows with a = b = 0. Every row
    counts alike, whatever its weight.
    Source: Rousseeuw, "Silhouettes", Journal of Computational and Applied Mathematics 20, 1987.

    Args:
        rows: (m, d) a draw of the samples; distances are measured within it.
        labels: (m,) cluster of each row.
        map_blocks: Who computes the blocks.
        known: The distances between the rows, when they were kept; None: they are measured.

    Returns:
        None where the rows are of fewer than two clusters, or all alone in theirs.
    """
    clusters, own = np.unique(labels, return_inverse=True)
    if not 1 < len(clusters) < len(rows):
        return None
    sizes = np.bincount(own)
    membership = np.zeros((len(rows), len(clusters)))
    membership[np.arange(len(rows)), own] = 1

    def of_block(block: slice, distances: Float64Array) -> Float64Array:
        return _silhouettes(distances @ membership, own[block], sizes)

    if known is None:
        values = map_distance_blocks(of_block, rows, map_blocks)
    else:
        values = list(map_blocks(lambda kept: of_block(*kept), known))
    return float(np.concatenate(values).mean())


def _silhouettes(sums: Float64Array, own: IntArray, sizes: IntArray) -> Float64Array:
    """(b,) silhouettes of b rows with these (b, k) sums of distances to the members of each cluster."""
    each = np.arange(len(own))
    # A row's distance to itself, 0, is in the sum, so the row is left out of the count only.
    within = sums[each, own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[each, own] = np.inf
    nearest = means.min(axis=1)
    larger = np.maximum(within, nearest)
    counted = (sizes[own] > 1) & (larger > 0)
    values = np.zeros(len(own))
    np.divide(nearest - within, larger, out=values, where=counted)
    return values


def _weighted_sum(values: Float64Array, weights: Float64Array | None) -> float:
    return float(values.sum() if weights is None else (weights * values).sum())


def _finite(value: float) -> float | None:
    """The value, or None for one that JSON cannot hold."""
    return float(value) if math.isfinite(value) else None
