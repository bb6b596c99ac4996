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
from kmeans_cli.core.scores import U32, Targets, aim, scores_by_cluster, scores_of
from kmeans_cli.core.scratch import Scratch, pick
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks, Where

# Rows up to this wide are searched by columns (measured: 20 twice as fast, 64 half as fast).
_NARROW = 40
# Scores compared at a time, with their rows, stay in a core's cache; fewer rows than this do not pay.
_CACHED = 1 << 18
_MIN_ROWS = 256


@dataclass(frozen=True)
class Nearest:
    """The nearest centroids of m rows, with what bounds are made of for those who keep them.

    Attributes:
        labels: (m,) int32, exact.
        own: (m,) float32 scores of the nearest centroids.
        rival: (m,) float32, the smallest score of any other; −∞ where float64 had to decide.
        slack: (m,) float32, scores that differ by more are in true order.
        squares: (m,) ‖x − mean‖², in units of the scale.
    """

    labels: LabelArray
    own: NDArray[np.float32]
    rival: NDArray[np.float32]
    slack: NDArray[np.float32]
    squares: Float64Array

    def bounds(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """In units of the scale, at least the (m,) squared distances to the nearest centroids, at most to any other."""
        squares = self.squares.astype(np.float32)
        # ‖x − c‖² = ‖x − mean‖² + 2 score. A score is off by at most half the slack, the sums by four roundings.
        slack = squares * np.float32(4 * U32)
        slack += self.slack
        far_squared, near_squared = 2 * self.own, 2 * self.rival
        far_squared += squares
        far_squared += slack
        near_squared += squares
        near_squared -= slack
        return far_squared, near_squared

    def write(self, at: IntArray, others: Nearest) -> None:
        """Set what is known of some rows to what another search found."""
        self.labels[at] = others.labels
        self.own[at] = others.own
        self.rival[at] = others.rival


def nearest(
    samples: Samples, prepared: Prepared, targets: Targets, where: Where, scores: NDArray[np.float32]
) -> Nearest:
    """The exact nearest centroids of the rows ``where``, given their (m, k) scores."""
    every = np.arange(len(scores))
    labels: LabelArray = scores.argmin(axis=1).astype(np.int32)
    own = scores[every, labels]
    scores[every, labels] = np.inf
    rival = row_min(scores)
    scores[every, labels] = own
    found = _found(prepared, targets, where, labels, own, rival)
    farthest = own + found.slack
    close = np.flatnonzero(rival <= farthest)
    if len(close):
        candidates = scores[close] <= farthest[close, None]
        labels[close] = decide(samples, targets.centroids, _indices(where, close), candidates)
        rival[close] = -np.inf
    return found


def confirm(
    samples: Samples, prepared: Prepared, targets: Targets, where: Where, guess: LabelArray, scratch: Scratch
) -> Nearest:
    """The same, where (m,) ``guess`` is right for most rows: on narrow data several times as fast.

    It takes no search to see that a label is right, only the smallest of the other scores.
    """
    step = max(_MIN_ROWS, _CACHED // sum(targets.lifted.shape))
    own, rival = np.empty(len(guess), dtype=np.float32), np.empty(len(guess), dtype=np.float32)
    for start in range(0, len(guess), step):
        part = slice(start, min(start + step, len(guess)))
        _compare(scores_by_cluster(prepared, targets, _part(where, part), scratch), guess[part], own[part], rival[part])
    found = _found(prepared, targets, where, guess.copy(), own, rival)
    left = np.flatnonzero(rival <= own + found.slack)
    for start in range(0, len(left), step):
        at = left[start : start + step]
        rows = _indices(where, at)
        found.write(at, nearest(samples, prepared, targets, rows, scores_of(prepared, targets, rows, scratch)))
    return found


def nearer(prepared: Prepared, targets: Targets, where: Where, pairs: IntArray, scores: NDArray[np.float32]) -> Nearest:
    """The nearer of two centroids for each of the rows ``where``, given (2, m) which and their scores.

    Exact where the bounds say so: where the gap is above the slack.
    """
    second = scores[1] < scores[0]
    labels: LabelArray = np.where(second, pairs[1], pairs[0]).astype(np.int32)
    own, rival = np.where(second, scores[::-1], scores)
    return _found(prepared, targets, where, labels, own, rival)


def unconfirmed(prepared: Prepared, targets: Targets, scores: NDArray[np.float32], guess: LabelArray) -> IntArray:
    """Of all samples, given their (k, n) scores, those that may have another nearest centroid than (n,) ``guess``."""
    own, rival = np.empty(len(guess), dtype=np.float32), np.empty(len(guess), dtype=np.float32)
    at = _compare(scores, guess, own, rival)
    scores.reshape(-1)[at] = own
    own += _slack(prepared, targets, slice(None))
    return np.flatnonzero(rival <= own)


def _compare(
    scores: NDArray[np.float32], labels: LabelArray, own: NDArray[np.float32], rival: NDArray[np.float32]
) -> IntArray:
    """Write the scores of the labels and the smallest of all others, of (k, m) scores.

    Returns:
        (m,) where the scores of the labels are among all, flat; they are infinite now.
    """
    m = len(labels)
    at: IntArray = labels * np.intp(m) + np.arange(m)
    flat = scores.reshape(-1)
    own[:] = flat.take(at)
    flat[at] = np.inf
    scores.min(axis=0, out=rival)
    return at


def _slack(prepared: Prepared, targets: Targets, where: Where) -> NDArray[np.float32]:
    slack = pick(prepared.lengths, where) * np.float32(targets.slope)
    slack += np.float32(targets.constant)
    return slack


def _found(
    prepared: Prepared,
    targets: Targets,
    where: Where,
    labels: LabelArray,
    own: NDArray[np.float32],
    rival: NDArray[np.float32],
) -> Nearest:
    return Nearest(labels, own, rival, _slack(prepared, targets, where), pick(prepared.squares, where))


def _indices(where: Where, at: IntArray) -> IntArray:
    return where.start + at if isinstance(where, slice) else where.take(at)


def _part(where: Where, part: slice) -> Where:
    return slice(where.start + part.start, where.start + part.stop) if isinstance(where, slice) else where[part]


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
