"""The nearest centroid of each sample: float32 scores exclude centroids, float64 decides between the rest.

**What is exact.** The nearest centroid of x is the one with the smallest Σ(x − c)², computed in float64 from the
sample and the centroid, the lowest index on ties. What excludes, and why it never contradicts that: see ``scores``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.distance import decide
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Block, Samples
from kmeans_cli.core.scores import U32, Targets, aim, scores_of, slack_of
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks, Where
from kmeans_cli.core.where import within

# Rows up to this wide are searched by columns (measured: 20 twice as fast, 64 half as fast).
_NARROW = 40


@dataclass(frozen=True)
class Nearest:
    """The nearest centroid of m rows, with what bounds are made of for those who keep them.

    Attributes:
        labels: (m,) int32, exact.
        own: (m,) float32 scores of the nearest centroids.
        rival: (m,) float32, the smallest score of any other; −∞ where float64 had to decide.
        slack: (m,) float32, scores that differ by more are in true order.
    """

    labels: LabelArray
    own: NDArray[np.float32]
    rival: NDArray[np.float32]
    slack: NDArray[np.float32]

    def bounds(self, squares: Float64Array) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """In units of the scale, at least the (m,) squared distances to the nearest centroids, at most to any other.

        Args:
            squares: (m,) ‖x − mean‖², in units of the scale.
        """
        rounded = squares.astype(np.float32)
        # ‖x − c‖² = ‖x − mean‖² + 2 score. A score is off by at most half the slack, the sums by four roundings.
        slack = rounded * np.float32(4 * U32)
        slack += self.slack
        far_squared, near_squared = 2 * self.own, 2 * self.rival
        far_squared += rounded
        far_squared += slack
        near_squared += rounded
        near_squared -= slack
        return far_squared, near_squared


def nearest(
    samples: Samples, prepared: Prepared, targets: Targets, where: Where, scores: NDArray[np.float32]
) -> Nearest:
    """The exact nearest centroids of the rows ``where``, given their contiguous (m, k) scores."""
    labels: LabelArray = scores.argmin(axis=1).astype(np.int32)
    flat, at = scores.reshape(-1), np.arange(0, scores.size, scores.shape[1]) + labels
    own = flat.take(at)
    flat[at] = np.inf
    rival = row_min(scores)
    flat[at] = own
    slack = slack_of(prepared, targets, where)
    farthest = own + slack
    # In this form NaN, of a sample beyond float32, is close to all.
    close = np.flatnonzero(~(rival > farthest))
    if len(close):
        candidates = ~(scores[close] > farthest[close, None])
        labels[close] = decide(samples, targets.centroids, within(where, close), candidates)
        rival[close] = -np.inf
    return Nearest(labels, own, rival, slack)


def nearer(prepared: Prepared, targets: Targets, where: Where, pairs: IntArray, scores: NDArray[np.float32]) -> Nearest:
    """The nearer of two centroids for each of the rows ``where``, given (2, m) which and their scores.

    Exact where the bounds say so: where the gap is above the slack.
    """
    second = scores[1] < scores[0]
    labels: LabelArray = np.where(second, pairs[1], pairs[0]).astype(np.int32)
    own, rival = np.where(second, scores[::-1], scores)
    return Nearest(labels, own, rival, slack_of(prepared, targets, where))


def unconfirmed(prepared: Prepared, targets: Targets, scores: NDArray[np.float32], guess: LabelArray) -> IntArray:
    """Of all samples, given their (k, n) scores, those that may have another nearest centroid than (n,) ``guess``."""
    own, rival = np.empty(len(guess), dtype=np.float32), np.empty(len(guess), dtype=np.float32)
    at = own_and_rival(scores, guess, own, rival)
    scores.reshape(-1)[at] = own
    own += slack_of(prepared, targets, slice(None))
    return np.flatnonzero(~(rival > own))


def own_and_rival(
    scores: NDArray[np.float32], labels: LabelArray, own: NDArray[np.float32], rival: NDArray[np.float32]
) -> IntArray:
    """Write the scores of the labels and the smallest of all others, of (k, m) scores.

    Returns:
        (m,) where the scores of the labels are among all, flat; they are infinite now.
    """
    m = len(labels)
    at: IntArray = labels * np.intp(m)
    at += np.arange(m)
    flat = scores.reshape(-1)
    own[:] = flat.take(at)
    flat[at] = np.inf
    scores.min(axis=0, out=rival)
    return at


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
