"""The nearest centroid of each sample: float32 products exclude centroids, float64 decides between the rest.

**What is exact.** The nearest centroid of x is the one with the smallest Σ(x − c)², computed in float64 from the
sample and the centroid, the lowest index on ties.

**What excludes.** With r = (x − o)/s the prepared row, q = (c − μ)/s and m = (μ − o)/s,

    ‖x − c‖² / 2s² = a term that is the same for every c  +  ‖q‖²/2 + m·q − r·q,

so scores ``bias − r·q`` rank the centroids as distances do. They are computed in float32 with unit roundoff
u = 2⁻²⁴. A dot product of d terms, summed in whatever order, is off by at most d·u/(1 − d·u)·‖r‖‖q‖ (Higham,
*Accuracy and Stability of Numerical Algorithms*, section 3.1); rounding r, q, the bias and the difference adds at most
six more u. Two scores whose gap is above twice the bound below are therefore in the true order. The float64 term
covers the rounding of the deciding distances themselves, so excluding never contradicts deciding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.prepare import Prepared, chunk_rows, in_chunks
from kmeans_cli.core.samples import Block, Samples
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import BoolArray, Float64Array, FloatArray, IntArray, LabelArray, MapBlocks, Where

_U32 = 2.0**-24
_U64 = 2.0**-53
_TINY = 2.0**-126
# Prepared centroids with larger values would overflow in float32 products.
_FAR = 2.0**50
# Rows up to this wide are searched by columns (measured: 20 twice as fast, 64 half as fast).
_NARROW = 40
# Sample-centroid pairs decided at a time hold at most so many float64 values per operand.
_PAIR_VALUES = 1 << 19


@dataclass(frozen=True)
class Targets:
    """Centroids made ready for products with the prepared rows.

    Attributes:
        centroids: (k, d) float64, as they are.
        q: (k, d) float32, (c − mean)/scale.
        bias: (k,) float32.
        slope, constant: Two scores of a row of length ‖r‖ are in true order when they differ by more than
            slope·‖r‖ + constant.
        undecided: Whether a centroid is too far away for float32: all scores are 0 then, and their bounds mean nothing.
    """

    centroids: Float64Array
    q: NDArray[np.float32]
    bias: NDArray[np.float32]
    slope: float
    constant: float
    undecided: bool = False


def aim(prepared: Prepared, centroids: Float64Array) -> Targets:
    """Make (k, d) centroids ready for products."""
    q = (centroids - prepared.mean) / prepared.scale
    if np.abs(q).max() > _FAR:
        return _undecided(centroids)
    m = (prepared.mean - prepared.origin) / prepared.scale
    bias = np.einsum("ij,ij->i", q, q) / 2 + q @ m
    longest = float(np.sqrt(np.einsum("ij,ij->i", q, q).max()))
    off_centre = float(np.sqrt(m @ m))
    d = q.shape[1]
    relative = (d + 8) * _U32 / (1 - (d + 8) * _U32)
    roundings = relative * longest, 4 * _U32 * (longest**2 / 2 + off_centre * longest) + d * _TINY
    longest_row = float(prepared.lengths.max())
    deciding = 2 * (d + 4) * _U64 * (longest_row + off_centre + longest) ** 2
    return Targets(
        centroids,
        q.astype(np.float32),
        bias.astype(np.float32),
        slope=2 * roundings[0],
        constant=2 * roundings[1] + deciding,
    )


def _undecided(centroids: Float64Array) -> Targets:
    """Targets that exclude no centroid, so float64 decides everything."""
    return Targets(
        centroids,
        q=np.zeros(centroids.shape, dtype=np.float32),
        bias=np.zeros(len(centroids), dtype=np.float32),
        slope=0.0,
        constant=1.0,
        undecided=True,
    )


def scores_of(prepared: Prepared, targets: Targets, where: Where, scratch: Scratch) -> NDArray[np.float32]:
    """(m, k) float32 scores of these rows, in scratch memory; the smaller, the nearer."""
    rows = scratch.rows(prepared.rows, where)
    scores = scratch.matrix("scores", len(rows), len(targets.q))
    np.matmul(rows, targets.q.T, out=scores)
    return np.subtract(targets.bias, scores, out=scores)


@dataclass(frozen=True)
class Nearest:
    """The nearest centroids of m rows, with bounds for those who keep them.

    Attributes:
        labels: (m,) int32, exact.
        far_squared: (m,) at least the squared distance to the nearest centroid, in units of the scale.
        near_squared: (m,) at most the squared distance to any other; 0 where float64 had to decide.
    """

    labels: LabelArray
    far_squared: Float64Array
    near_squared: Float64Array


def nearest(
    samples: Samples, prepared: Prepared, targets: Targets, where: Where, scores: NDArray[np.float32]
) -> Nearest:
    """The exact nearest centroids of the rows ``where``, given their (m, k) scores."""
    every = np.arange(len(scores))
    labels: LabelArray = scores.argmin(axis=1).astype(np.int32)
    best = scores[every, labels]
    scores[every, labels] = np.inf
    second = row_min(scores)
    scores[every, labels] = best
    slack = targets.slope * prepared.lengths[where] + np.float32(targets.constant)
    close = np.flatnonzero(second <= best + slack)
    # ‖x − c‖² = ‖x − mean‖² + 2 score, in float64; a score is off by at most half the slack.
    squares = prepared.squares[where]
    far_squared = squares + 2.0 * best + slack
    near_squared = squares + 2.0 * second - slack
    if len(close):
        candidates = scores[close] <= (best + slack)[close, None]
        indices = where.start + close if isinstance(where, slice) else where[close]
        labels[close] = decide(samples, targets.centroids, indices, candidates)
        near_squared[close] = 0
    return Nearest(labels, far_squared, near_squared)


def row_min(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """(m,) the smallest value of each row.

    NumPy's ``min(axis=1)`` is slow: a wide row's is found faster by its argmin, narrow rows' by columns.
    """
    if matrix.shape[1] > _NARROW:
        smallest: NDArray[np.float32] = matrix[np.arange(len(matrix)), matrix.argmin(axis=1)]
        return smallest
    by_columns: NDArray[np.float32] = np.ascontiguousarray(matrix.T).min(axis=0)
    return by_columns


def nearest_labels(
    samples: Samples, prepared: Prepared, centroids: Float64Array, map_blocks: MapBlocks = map
) -> LabelArray:
    """(n,) int32, the exact nearest of (k, d) centroids for every sample."""
    targets, scratch = aim(prepared, centroids), Scratch()

    def of_block(block: Block) -> LabelArray:
        scores = scores_of(prepared, targets, block.rows, scratch)
        return nearest(samples, prepared, targets, block.rows, scores).labels

    return np.concatenate(list(map_blocks(of_block, samples.blocks())))


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
        squared[pairs] = squared_distances(samples.take(indices[row[pairs]]), centroids[centroid[pairs]])
    first = np.searchsorted(row, np.arange(len(indices)))
    smallest = np.minimum.reduceat(squared, first)
    # Pairs are ordered by row, then by centroid: the first that reaches the minimum has the lowest index.
    reached = np.flatnonzero(squared == smallest[row])
    first_reached = reached[np.searchsorted(row[reached], np.arange(len(indices)))]
    labels: LabelArray = centroid[first_reached].astype(np.int32)
    return labels


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
