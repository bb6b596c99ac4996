"""Labels of samples with few features; where most are right already, confirmed rather than searched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.distance import decide
from kmeans_cli.core.nearest import own_and_rival
from kmeans_cli.core.prepare import Prepared, subtract
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.scores import U32, Targets
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import IntArray, LabelArray, Where
from kmeans_cli.core.where import part, pick, within

NARROW = 48
"""Up to so many features this is faster than ``nearest`` (measured: 64 equal, 32 faster, 3 three times)."""

# So many scores are compared at a time: with what is made of them they stay in a core's cache. Fewer rows than this do
# not pay.
_COMPARED = 1 << 18
_MIN_ROWS = 256
_TINY = 2.0**-126


@dataclass(frozen=True)
class Confirmed:
    """What was found of m rows.

    Attributes:
        labels: (m,) int32, the exact nearest centroids.
        searched: Those of the m whose label was not confirmed.
        far_squared: (m,) at least the squared distances to the nearest centroids, in units of the scale.
        near_squared: (m,) at most those to any others.
    """

    labels: LabelArray
    searched: IntArray
    far_squared: NDArray[np.float32]
    near_squared: NDArray[np.float32]


class Narrow:
    """Scores ‖q‖² − 2 y·q: squared distances less ‖y‖², in units of the scale.

    With y = (x − mean)/scale and q = (c − mean)/scale they are products of d + 1 terms, (y, 1)·(−2q, ‖q‖²), that
    serve as bounds too. Rows of few features are kept with their 1: gathering them costs as much as their product.

    In float32 with unit roundoff u, such a product is off by at most (d + 1)·u of its magnitudes (see ``scores``).
    The row y is the difference of a rounded prepared row and the rounded centre m, so off by 3u (‖y‖ + ‖m‖) at most;
    rounding q and what is made of the scores adds less than 6u. As 2ab ≤ a² + b², a score is off by at most
    2 (d + 16)·u·(‖y‖² + ‖q‖² + ‖m‖²), which covers the rounding of deciding distances too.
    """

    _targets: Targets
    _weights: NDArray[np.float32]
    _slope: np.float32
    _constant: np.float32

    def __init__(self, samples: Samples, prepared: Prepared) -> None:
        self._samples, self._scratch = samples, Scratch()
        self._rows = np.ones((samples.n, samples.d + 1), dtype=np.float32)
        subtract(prepared.rows, prepared.centre.astype(np.float32), self._rows[:, :-1])
        self._squares = prepared.squares.astype(np.float32)
        self._off_centre_squared = prepared.off_centre**2

    def aim(self, targets: Targets) -> None:
        """Take the centroids of the next assignment."""
        k, d = targets.exact_q.shape
        self._targets = targets
        self._weights = np.empty((k, d + 1), dtype=np.float32)
        np.multiply(targets.exact_q, -2, out=self._weights[:, :d], casting="same_kind")
        self._weights[:, d] = targets.squares
        relative = 4 * (d + 16) * U32 / (1 - (d + 16) * U32)
        self._slope = np.float32(relative)
        self._constant = np.float32(relative * (targets.squares.max() + self._off_centre_squared) + 4 * d * _TINY)

    def nearest(self, where: Where) -> LabelArray:
        """(m,) the exact nearest centroids of these rows."""
        slack = self._slack(pick(self._squares, where))
        found = [self._search(part(where, at.start, at.stop), slack[at])[0] for at in self._parts(len(slack))]
        return np.concatenate(found)

    def confirm(self, where: Where, labels: LabelArray) -> Confirmed:
        """The same, where (m,) ``labels`` are right for most, with bounds.

        It takes no search to see that a label is right, only the smallest of the other scores.
        """
        m = len(labels)
        squares = pick(self._squares, where)
        slack = self._slack(squares)
        own, rival = np.empty(m, dtype=np.float32), np.empty(m, dtype=np.float32)
        for at in self._parts(m):
            rows = self._scratch.rows(self._rows, part(where, at.start, at.stop))
            own_and_rival(self._by_cluster(rows), labels[at], own[at], rival[at])
        # In this form NaN, of a sample beyond float32, is not confirmed either.
        searched = np.flatnonzero(~(rival > own + slack))
        labels = labels.copy()
        for at in self._parts(len(searched)):
            these = searched[at]
            labels[these], own[these], rival[these] = self._search(within(where, these), slack.take(these))
        # The slack is twice what a score may be off: room for four roundings of the sums.
        own += slack
        own += squares
        rival -= slack
        rival += squares
        return Confirmed(labels, searched, own, rival)

    def _slack(self, squares: NDArray[np.float32]) -> NDArray[np.float32]:
        """(m,) by how much two scores have to differ to be in true order, given ‖y‖²."""
        slack = squares * self._slope
        slack += self._constant
        return slack

    def _parts(self, m: int) -> Iterator[slice]:
        """Slices of m rows to be looked at together."""
        step = max(_MIN_ROWS, _COMPARED // sum(self._weights.shape))
        for start in range(0, m, step):
            yield slice(start, min(start + step, m))

    def _search(
        self, where: Where, slack: NDArray[np.float32]
    ) -> tuple[LabelArray, NDArray[np.float32], NDArray[np.float32]]:
        """(m,) the exact nearest centroids of these rows, their scores, and the smallest others.

        Where float64 had to decide, the latter is −∞, and the former is that of a centroid which is no nearer.
        """
        rows = self._scratch.rows(self._rows, where)
        own, rival = np.empty_like(slack), np.empty_like(slack)
        scores = self._by_cluster(rows)
        labels = _smallest_in_columns(scores)
        own_and_rival(scores, labels, own, rival)
        farthest = own + slack
        close = np.flatnonzero(~(rival > farthest))
        if len(close):
            candidates = ~(scores.take(close, axis=1) > farthest.take(close))
            # Their own scores are infinite since ``own_and_rival``.
            candidates[labels.take(close), np.arange(len(close))] = True
            labels[close] = decide(self._samples, self._targets.centroids, within(where, close), candidates.T)
            rival[close] = -np.inf
        return labels, own, rival

    def _by_cluster(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """(k, m) scores, so that the smallest of each row is found for many rows at once."""
        scores = self._scratch.matrix("by cluster", len(self._weights), len(rows))
        return np.matmul(self._weights, rows.T, out=scores)


def _smallest_in_columns(scores: NDArray[np.float32]) -> LabelArray:
    """(m,) int32, in which row of (k, m) scores the smallest of each column is; the last of equals, 0 for NaN.

    NumPy finds the smallest value of each column many times as fast as its place. So the place is looked for as the
    largest, too, of those that have this value.
    """
    places = np.arange(len(scores), dtype=np.min_scalar_type(len(scores) - 1))
    is_smallest = scores == scores.min(axis=0)
    smallest: LabelArray = np.multiply(is_smallest, places[:, None]).max(axis=0).astype(np.int32)
    return smallest
