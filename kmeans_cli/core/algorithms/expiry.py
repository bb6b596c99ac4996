"""Until when a sample's label is proven, without looking at the sample."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from kmeans_cli.core.types import BoolArray, Float64Array, FloatArray, IntArray, LabelArray, Where
from kmeans_cli.core.where import pick

# Bounds are widened by this share, some 16 roundings of float32, so that they never contradict what decides.
_MARGIN = 1e-6
# So many values of the samples looked at, and of what is computed of them, stay in a core's cache.
_VALUES = 1 << 18
# Large pieces: as few as these, since threads lose time to one another at the start of every operation (114,075 × 3:
# 4 pieces are 4 % slower, pieces of half as many rows at least 15 % at k = 64); of at most so many rows, for the cache.
_PIECES = 2
_MIN_ROWS, _MAX_ROWS = 1 << 14, 1 << 16
# From this share of due samples on, all are taken: reading rows where they lie is cheaper than gathering them.
_DENSE = 0.9
# Samples that cannot be due within so many iterations like the last one are not watched (1,000,000 × 2: 15 % faster),
# or within so few, or else all are, when more than this share would be: expiries are read faster where they lie.
_HORIZONS = (4, 2)
_WATCHED = 0.35


class Expiry:
    """Hamerly's two bounds (SDM 2010) as one number per sample that no iteration has to touch.

    Let a sample be at most ``far`` from its centroid j and at least ``near`` from any other. When centroids move, far
    grows by at most the shift of j and near falls by at most the largest shift of the others. So the label stays
    proven until the sum of the two, cumulated per cluster in ``drift``, has grown by near − far: until ``drift[j]``
    reaches the sample's ``expiry``.

    Not all others can come near, though. By the triangle inequality, a centroid i is nearer to a sample than far + gap
    only within gap + 2 far of j; so where the distance of i and j is above ``reach[j]``, at least gap + 2 far of every
    sample of j that is proven, the shift of i need not count (the idea is Ryšavý & Hamerly's, SDM 2016). With a step
    the gap shrinks by the shifts of j and of the others, and far grows by that of j: so reach changes by the shift of
    j, less that of the others. To know it costs time too, so it is kept only ``with_reach``.

    Invariants: where drift[label] < expiry, the label is the nearest centroid by at least their difference; and
    reach[label] is at least this difference plus twice the sample's distance. Distances are in units of the scale.
    An expiry is NaN where a sample is beyond float32: such a sample is always due.
    """

    def __init__(self, n: int, n_clusters: int, *, with_reach: bool = False) -> None:
        self._drift = np.zeros(n_clusters)
        self._now = np.zeros(n_clusters, dtype=np.float32)
        self._reach = np.zeros(n_clusters) if with_reach else None
        self._expiry = np.full(n, -np.inf, dtype=np.float32)
        self._watched: IntArray | None = None
        self._increase = self._left = 0.0
        self._lock = threading.Lock()

    def advance(self, shifts: Float64Array, apart_squared: Float64Array | None = None) -> None:
        """The centroids moved.

        Args:
            shifts: (k,) by which distances.
            apart_squared: With reach, (k, k) at most the squared distances between them now, infinite on the diagonal.
        """
        if self._reach is None or apart_squared is None:
            others = _largest_other(shifts)
        else:
            others = _largest_in_reach(self._reach, self._drift, shifts, apart_squared)
            self._reach += shifts - others
        increase = (shifts + others) * (1 + _MARGIN)
        self._drift += increase
        # Rounded up.
        self._now = np.nextafter(self._drift.astype(np.float32), np.float32(np.inf))
        self._increase = float(increase.max())
        self._left -= self._increase * (1 + _MARGIN)

    def due(self, labels: LabelArray) -> IntArray | None:
        """The samples whose label is no longer proven, ascending; None: better look at all."""
        if self._watched is None or self._left <= 0:
            return self._due_of_all(labels)
        watched = self._watched
        in_time: BoolArray = self._now.take(labels.take(watched)) < self._expiry.take(watched)
        return watched.compress(~in_time)

    def _due_of_all(self, labels: LabelArray) -> IntArray | None:
        rest = self._now.take(labels)
        np.subtract(self._expiry, rest, out=rest)
        self._watched = self._near(rest)
        if self._watched is not None:
            return self._watched.compress(~(rest.take(self._watched) > 0))
        due = np.flatnonzero(~(rest > 0))
        return None if len(due) > _DENSE * len(labels) else due

    def _near(self, rest: FloatArray) -> IntArray | None:
        """Those of which alone some become due until drift has grown by ``left``; None: too many to be watched."""
        for horizon in _HORIZONS:
            self._left = horizon * self._increase
            near = ~(rest > self._left)
            if np.count_nonzero(near) < _WATCHED * len(rest):
                return np.flatnonzero(near)
        return None

    def renew(self, where: Where, labels: IntArray, far_squared: FloatArray, near_squared: FloatArray) -> None:
        """Give m samples new bounds.

        Args:
            where: Which samples.
            labels: (m,) their labels, perhaps.
            far_squared: (m,) at least the squared distances to their centroids.
            near_squared: (m,) at most the squared distances to any others.
        """
        near = np.maximum(near_squared, 0)
        np.sqrt(near, out=near)
        # Of a sample beyond float32 it may be −∞, which would prove anything; ∞ proves nothing.
        far = np.abs(far_squared)
        np.sqrt(far, out=far)
        near *= 1 - _MARGIN
        far *= 1 + _MARGIN
        if self._reach is not None:
            # Of the type of reach, else at() is 14 times as slow.
            needed = np.add(near, far, dtype=np.float64)
            with self._lock:
                np.maximum.at(self._reach, labels, needed)
        near -= far
        near += (self._now * (1 - _MARGIN)).take(labels)
        self._expiry[where] = near

    def proves(self, where: Where, labels: IntArray) -> BoolArray:
        """(m,) whether these labels of these samples are proven; where not, the sample is due."""
        proven: BoolArray = self._now.take(labels) < pick(self._expiry, where)
        return proven


def _largest_other(shifts: Float64Array) -> Float64Array:
    """(k,) the largest shift of any other centroid."""
    largest = shifts.argmax()
    others = np.full(len(shifts), shifts[largest])
    rest = shifts.copy()
    rest[largest] = 0
    others[largest] = rest.max()
    return others


def _largest_in_reach(
    reach: Float64Array, drift: Float64Array, shifts: Float64Array, apart_squared: Float64Array
) -> Float64Array:
    """(k,) the largest shift of those others that samples of each cluster have to reckon with."""
    wide = reach + shifts
    wide += _MARGIN * (wide + drift)
    # Down the columns, as the distances are the same both ways and NumPy is far slower along short rows.
    # In this form NaN reaches everywhere.
    others: Float64Array = np.where(apart_squared >= np.square(wide), 0.0, shifts[:, None]).max(axis=0)
    return others


def pieces(due: IntArray | None, n: int, width: int) -> Sequence[Where]:
    """The due samples (None: all n) in pieces that stay in cache, at ``width`` values for each sample."""
    return _cut(due, n, max(256, _VALUES // width))


def large_pieces(due: IntArray | None, n: int) -> Sequence[Where]:
    """The same in few pieces for each thread, for who looks at parts of them at a time."""
    m = n if due is None else len(due)
    return _cut(due, n, max(_MIN_ROWS, min(-(-m // _PIECES), _MAX_ROWS)))


def _cut(due: IntArray | None, n: int, rows: int) -> Sequence[Where]:
    if due is None:
        return [slice(start, min(start + rows, n)) for start in range(0, n, rows)]
    return [due[start : start + rows] for start in range(0, len(due), rows)]
