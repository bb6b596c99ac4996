"""Labels of samples with few features: confirmed, where most are right already, rather than searched."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.nearest import Nearest, own_and_rival, search
from kmeans_cli.core.prepare import Prepared, subtract
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.scores import U32, Targets
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import IntArray, LabelArray, Where
from kmeans_cli.core.where import part, pick, within

NARROW = 48
"""Up to so many features confirming is faster than a search (measured: 64 equal, 32 faster, 3 three times)."""

# So many scores are compared at a time: half as many stay in a core's cache, but threads then lose more to one another
# at the start of every operation than that saves (measured: 3 %). Fewer rows than this do not pay.
_COMPARED = 1 << 19
_MIN_ROWS = 256
_TINY = 2.0**-126


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
        self._off_centre = float(prepared.centre @ prepared.centre)

    def aim(self, targets: Targets) -> None:
        """Take the centroids of the next assignment."""
        k, d = targets.exact_q.shape
        self._targets = targets
        self._weights = np.empty((k, d + 1), dtype=np.float32)
        np.multiply(targets.exact_q, -2, out=self._weights[:, :d], casting="same_kind")
        self._weights[:, d] = targets.squares
        relative = 4 * (d + 16) * U32 / (1 - (d + 16) * U32)
        self._slope = np.float32(relative)
        self._constant = np.float32(relative * (targets.squares.max() + self._off_centre) + 4 * d * _TINY)

    def confirm(self, where: Where, labels: LabelArray) -> tuple[Nearest, IntArray]:
        """The exact nearest centroids of these rows, whose (m,) ``labels`` are right for most.

        It takes no search to see that a label is right, only the smallest of the other scores.

        Returns:
            What was found, and which of the m had to be searched.
        """
        m = len(labels)
        own, rival = np.empty(m, dtype=np.float32), np.empty(m, dtype=np.float32)
        step = max(_MIN_ROWS, _COMPARED // sum(self._weights.shape))
        for start in range(0, m, step):
            these = slice(start, min(start + step, m))
            scores = self._by_cluster(part(where, these.start, these.stop))
            own_and_rival(scores, labels[these], own[these], rival[these])
        slack = pick(self._squares, where) * self._slope
        slack += self._constant
        found = Nearest(labels.copy(), own, rival, slack)
        left = np.flatnonzero(rival <= own + slack)
        for start in range(0, len(left), step):
            self._search(where, left[start : start + step], found)
        return found, left

    def bounds(self, where: Where, found: Nearest) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """In units of the scale, at least the (m,) squared distances to the nearest centroids, at most to any other."""
        squares = pick(self._squares, where)
        # The slack is twice what a score may be off: room for four roundings of the sums.
        far_squared, near_squared = found.own + found.slack, found.rival - found.slack
        far_squared += squares
        near_squared += squares
        return far_squared, near_squared

    def _by_cluster(self, where: Where) -> NDArray[np.float32]:
        """(k, m) scores, so that the smallest of each row is found for many rows at once."""
        rows = self._scratch.rows(self._rows, where)
        scores = self._scratch.matrix("by cluster", len(self._weights), len(rows))
        return np.matmul(self._weights, rows.T, out=scores)

    def _search(self, where: Where, at: IntArray, found: Nearest) -> None:
        """Find the nearest centroids of the rows ``at`` these places."""
        rows = within(where, at)
        scores = np.matmul(self._scratch.rows(self._rows, rows), self._weights.T)
        nearest = search(self._samples, self._targets.centroids, rows, scores, found.slack.take(at))
        found.labels[at], found.own[at], found.rival[at] = nearest.labels, nearest.own, nearest.rival
