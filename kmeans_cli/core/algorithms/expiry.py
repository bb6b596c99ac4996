"""Until when a sample's label is proven, without looking at the sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kmeans_cli.core.types import BoolArray, Float64Array, IntArray, LabelArray, Where

# Bounds are widened by this share, far more than float64 rounding, so that they never contradict what decides.
_MARGIN = 1e-9
# So many values of the samples looked at, and of what is computed of them, stay in a core's cache.
_VALUES = 1 << 18
# From this share of due samples on, all are taken: reading rows where they lie is cheaper than gathering them.
_DENSE = 0.9
# Samples that cannot be due within so many iterations like the last one are not watched (1,000,000 × 2: 15 % faster),
_HORIZON = 4
# unless more than this share would be: their expiries are read faster where they lie.
_WATCHED = 0.25


class Expiry:
    """Hamerly's two bounds (SDM 2010) as one number per sample that no iteration has to touch.

    Let a sample be at most ``far`` from its centroid j and at least ``near`` from any other. When centroids move, far
    grows by at most the shift of j and near falls by at most the largest shift of the others. So the label stays
    proven until the sum of the two, cumulated per cluster in ``drift``, has grown by near − far: until ``drift[j]``
    reaches the sample's ``expiry``.

    Invariant: where drift[label] < expiry, the label is the nearest centroid. Distances are in units of the scale.
    """

    def __init__(self, n: int, n_clusters: int) -> None:
        self._drift = np.zeros(n_clusters)
        self._expiry = np.full(n, -np.inf)
        self._watched: IntArray | None = None
        self._increase = self._left = 0.0

    def advance(self, shifts: Float64Array) -> None:
        """The centroids moved by these (k,) distances."""
        largest = int(np.argmax(shifts))
        others = np.full(len(shifts), shifts[largest])
        others[largest] = np.delete(shifts, largest).max(initial=0.0)
        increase = (shifts + others) * (1 + _MARGIN)
        self._drift += increase
        self._increase = float(increase.max())
        self._left -= self._increase * (1 + _MARGIN)

    def due(self, labels: LabelArray) -> IntArray | None:
        """The samples whose label is no longer proven, ascending; None: better look at all."""
        if self._left <= 0:
            self._watched = None
        if self._watched is not None:
            watched = self._watched
            late: BoolArray = self._drift[labels[watched]] >= self._expiry[watched]
            return watched[late]
        rest = self._expiry - self._drift[labels]
        due = np.flatnonzero(rest <= 0)
        self._watch(rest)
        return None if len(due) > _DENSE * len(labels) else due

    def _watch(self, rest: Float64Array) -> None:
        """Until drift has grown by ``left``, none but the watched samples become due."""
        left = _HORIZON * self._increase
        near = rest <= left
        if np.count_nonzero(near) < _WATCHED * len(rest):
            self._watched, self._left = np.flatnonzero(near), left

    def renew(self, where: Where, labels: IntArray, far_squared: Float64Array, near_squared: Float64Array) -> BoolArray:
        """Give m samples new bounds.

        Args:
            where: Which samples.
            labels: (m,) their labels, perhaps.
            far_squared: (m,) at least the squared distances to their centroids.
            near_squared: (m,) at most the squared distances to any others.

        Returns:
            (m,) whether the label is proven; where it is not, the sample stays due.
        """
        far, near = np.sqrt(np.maximum(far_squared, 0)), np.sqrt(np.maximum(near_squared, 0))
        drift = self._drift[labels]
        # In this form an infinite near (there is no other centroid) is no trouble.
        ahead = near * (1 - _MARGIN) - far * (1 + _MARGIN) - _MARGIN * drift
        self._expiry[where] = drift + ahead
        proven: BoolArray = ahead > 0
        return proven


def pieces(due: IntArray | None, n: int, width: int) -> Sequence[Where]:
    """The due samples (None: all n) in pieces that stay in cache, at ``width`` values for each sample."""
    rows = max(256, _VALUES // width)
    if due is None:
        return [slice(start, min(start + rows, n)) for start in range(0, n, rows)]
    return [due[start : start + rows] for start in range(0, len(due), rows)]
