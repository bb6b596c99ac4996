"""Exact assignment of wide data, mostly from distances in a subspace."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.algorithms.expiry import Expiry
from kmeans_cli.core.algorithms.remainders import Remainders
from kmeans_cli.core.nearest import nearer, nearest, nearest_labels, row_min
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.scores import Targets, aim, scores_of, scores_of_pairs
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks, Moves, Where
from kmeans_cli.core.where import indices_of, pick, within

# So many values of the samples looked at, and of what is computed of them, are one thread's work at a time. Threads
# lose time to one another at the start of every operation: a core's cache would hold a quarter (measured: 15 % slower).
_VALUES = 1 << 21
_MIN_ROWS = 256
# From so many clusters on, two distances are measured before all are (measured: k = 64 equal, 256 16 % faster).
_MANY = 128
# A sample is measured anew when the centroids outside of the duel leave its label less than this share of the gap that
# the duel has found: what is remembered of them has grown old.
_STALE = 0.5


class Projected:
    """Few samples need looking at, and few of those need all their features.

    1. A sample is looked at when its ``Expiry`` is due.
    2. Then its distances are bounded in a subspace, with what is remembered of the rest (``Remainders``). Mostly the
       bounds prove its label.
    3. Among many centroids, the label and its only rival, as mostly there is just one, then fight a *duel*: their two
       scores in all d features, which mostly prove the label too.
    4. Else the sample is *measured*: all its scores, float64 where they are too close, and both kinds of bounds anew.

    Bounding distances by a projection and the norms of what it leaves out is an idea of Bottesch, Bühler & Kächele
    (ICML 2016); remembering the products of what is left out is this program's own.

    From the start to the first means centroids mostly go so far that no bound would outlive it, so bounds begin there.
    """

    _targets: Targets
    _expiry: Expiry
    _remainders: Remainders

    def __init__(self, samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> None:
        self._samples, self._prepared, self._map_blocks = samples, prepared, map_blocks
        self._scratch = Scratch()
        self._q: Float64Array | None = None
        self._begun = self._measured = False

    def moved(self, centroids: Float64Array) -> None:
        """Let the bounds expire by the way to these (k, d) centroids."""
        self._targets = aim(self._prepared, centroids)
        if self._targets.undecided:
            self._q, self._begun = None, False
            return
        q = self._targets.exact_q
        if self._q is not None and self._begun:
            step = q - self._q
            shifts = np.sqrt(np.einsum("ij,ij->i", step, step))
            self._expiry.advance(shifts)
            self._remainders.move(q, shifts)
        elif self._q is not None:
            self._begin(q)
        self._q = q
        if self._begun:
            self._remainders.widen(self._targets)

    def _begin(self, q: Float64Array) -> None:
        self._expiry = Expiry(self._samples.n, len(q))
        self._remainders = Remainders(self._prepared, self._prepared.subspace(self._map_blocks), q)
        self._begun, self._measured = True, False

    def assign(self, labels: LabelArray) -> Moves:
        """Bring (n,) labels up to date, each the exact nearest centroid."""
        if not self._begun:
            every = nearest_labels(self._samples, self._prepared, self._targets.centroids, self._map_blocks)
            return Moves.between(labels, every)
        due = self._expiry.due(labels)
        found = list(self._map_blocks(lambda part: self._update(part, labels), self._parts(due, len(labels))))
        self._measured = True
        if not found:
            return Moves(np.empty(0, dtype=np.intp), labels[:0])
        among, new = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return Moves.between(labels, new, among)

    def _parts(self, due: IntArray | None, n: int) -> list[Where]:
        """The due samples (None: all n) in an even number of equal parts, so that two threads have as much to do."""
        m = n if due is None else len(due)
        n_pairs = max(1, math.ceil(m * self._remainders.width / (2 * _VALUES)))
        step = max(_MIN_ROWS, math.ceil(m / (2 * n_pairs)))
        if due is None:
            return [slice(start, min(start + step, n)) for start in range(0, n, step)]
        return [due[start : start + step] for start in range(0, m, step)]

    def _update(self, where: Where, labels: LabelArray) -> tuple[IntArray, LabelArray]:
        """Those of these samples whose label was in doubt, and what it is."""
        if not self._measured:
            return indices_of(where), self._measure(where)
        current, squared = pick(labels, where).astype(np.intp), self._remainders.squared(where)
        left = self._screen(where, current, squared)
        doubtful = within(where, left)
        if squared.shape[1] < _MANY:
            return doubtful, self._measure(doubtful)
        new, left = self._duel(doubtful, current.take(left), squared.take(left, axis=0))
        new[left] = self._measure(doubtful.take(left))
        return doubtful, new

    def _screen(self, where: Where, labels: IntArray, squared: NDArray[np.float32]) -> IntArray:
        """Bound the distances of m samples by their (m, k) ``squared``; which of the m may have another label."""
        m, k = squared.shape
        flat, at = squared.reshape(-1), np.arange(0, m * k, k) + labels
        own, slack = flat.take(at), self._remainders.slack(where)
        far_squared = own + self._remainders.growth(where, labels)
        far_squared += slack
        flat[at] = np.inf
        self._expiry.renew(where, labels, far_squared, row_min(squared) - slack)
        flat[at] = own
        return np.flatnonzero(~self._expiry.proves(where, labels))

    def _duel(self, where: IntArray, labels: IntArray, squared: NDArray[np.float32]) -> tuple[LabelArray, IntArray]:
        """Label m samples by two distances, to the centroid they have and to the one that otherwise seems nearest.

        Args:
            where: (m,) which samples.
            labels: (m,) what they have.
            squared: (m, k) see ``Remainders``; spoiled.

        Returns:
            (m,) labels, and which of the m have to be measured all the same.
        """
        every = np.arange(len(where))
        own = squared[every, labels]
        squared[every, labels] = np.inf
        rivals = squared.argmin(axis=1)
        pairs, bounds = np.stack([labels, rivals]), np.stack([own, squared[every, rivals]])
        squared[every, rivals] = np.inf
        others_squared = row_min(squared) - self._remainders.slack(where)
        scores = scores_of_pairs(self._prepared, self._targets, where, pairs, self._scratch)
        found = nearer(self._prepared, self._targets, where, pairs, scores)
        self._remainders.correct(where, pairs, scores, bounds, found.labels)
        far_squared, near_squared = found.bounds(pick(self._prepared.squares, where))
        self._expiry.renew(where, found.labels, far_squared, np.minimum(near_squared, others_squared))
        stale = others_squared - far_squared < _STALE * (near_squared - far_squared)
        return found.labels, np.flatnonzero(stale | ~self._expiry.proves(where, found.labels))

    def _measure(self, where: Where) -> LabelArray:
        """Label these samples from all their features."""
        scores = scores_of(self._prepared, self._targets, where, self._scratch)
        found = nearest(self._samples, self._prepared, self._targets, where, scores)
        self._remainders.remember(where, scores, found.labels)
        self._expiry.renew(where, found.labels, *found.bounds(pick(self._prepared.squares, where)))
        return found.labels
