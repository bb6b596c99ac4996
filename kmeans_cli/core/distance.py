"""Squared distances in float64: the one definition, and what it decides."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.prepare import chunk_rows, in_chunks
from kmeans_cli.core.samples import Block, Samples
from kmeans_cli.core.types import BoolArray, Float64Array, FloatArray, IntArray, LabelArray, MapBlocks

# Sample-centroid pairs decided at a time hold at most so many float64 values per operand.
_PAIR_VALUES = 1 << 19


def decide(samples: Samples, centroids: Float64Array, indices: IntArray, candidates: BoolArray) -> LabelArray:
    """The exact nearest among the candidates of each sample.

    Args:
        samples: The data.
        centroids: (k, d) float64.
        indices: (m,) which samples.
        candidates: (m, k) which centroids may be nearest; at least one in each row.

    Returns:
        (m,) int32 labels.
    """
    row, centroid = np.nonzero(candidates)
    squared = np.empty(len(row))
    step = max(1, _PAIR_VALUES // samples.d)
    for start in range(0, len(row), step):
        pairs = slice(start, start + step)
        squared[pairs] = squared_distances(samples.take(indices[row[pairs]]), centroids.take(centroid[pairs], axis=0))
    every = np.full(candidates.shape, np.inf)
    every[row, centroid] = squared
    labels: LabelArray = every.argmin(axis=1).astype(np.int32)
    return labels


def first_smallest(values: FloatArray, lengths: IntArray) -> IntArray:
    """(m,) where, in runs of these (m,) lengths, the smallest value of each run is; the first of equals.

    Example:
        >>> first_smallest(np.array([3.0, 1.0, 5.0, 4.0, 4.0]), np.array([2, 3]))
        array([1, 3])
    """
    starts = np.cumsum(lengths) - lengths
    smallest = np.minimum.reduceat(values, starts)
    reached = np.flatnonzero(values == np.repeat(smallest, lengths))
    first: IntArray = reached[np.searchsorted(reached, starts)]
    return first


def squared_distances(rows: FloatArray, centroids: Float64Array) -> Float64Array:
    """(m,) Σ(x − c)² in float64 between matching rows: the one definition that decides.

    Example:
        >>> squared_distances(np.array([[0.0, 3.0]]), np.array([[4.0, 0.0]]))
        array([25.])
    """
    difference = rows - centroids
    if len(difference) == 1:
        # einsum adds the squares of a single long row in another order than those of a row among others.
        difference = np.repeat(difference, 2, axis=0)
    squared: Float64Array = np.einsum("ij,ij->i", difference, difference)
    return squared[: len(rows)]


def own_squared_distances(
    samples: Samples, centroids: Float64Array, labels: IntArray, map_blocks: MapBlocks = map
) -> Float64Array:
    """(n,) squared distance of each sample to the centroid of its cluster, from direct differences in float64."""
    squared = np.empty(samples.n)

    def measure(block: Block) -> None:
        buffer = np.empty((chunk_rows(samples.d), samples.d))

        def write(where: slice, rows: FloatArray) -> None:
            difference = buffer[: len(rows)]
            # Without a mode that cannot fail, take() gathers into a copy of `out` first.
            np.take(centroids, labels[where], axis=0, out=difference, mode="clip")
            np.subtract(rows, difference, out=difference)
            np.einsum("ij,ij->i", difference, difference, out=squared[where])

        in_chunks(samples, block, write)

    list(map_blocks(measure, samples.blocks()))
    return squared
