"""Exact assignment of wide data, mostly from distances in a subspace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kmeans_cli.core.algorithms.expiry import Expiry
from kmeans_cli.core.algorithms.remainders import Remainders
from kmeans_cli.core.distance import nearest, nearest_labels, row_min
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.scores import Targets, aim, scores_of
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import Float64Array, FloatArray, IntArray, LabelArray, MapBlocks, Moves, Where

# So many samples at most are one thread's work: fewer, and Python's share of the time would show.
_SHARE = 15_000
# So many values of the samples looked at, and of what is computed of them, stay in a core's cache.
_VALUES = 1 << 18


@dataclass(frozen=True)
class _Share:
    """Consecutive samples that are brought up to date by one thread at a time, with bounds of their own."""

    start: int
    stop: int
    expiry: Expiry

    def due(self, labels: LabelArray) -> Where:
        """Those of its samples whose label is no longer proven; (n,) ``labels`` are those of all samples."""
        due = self.expiry.due(labels[self.start : self.stop])
        return slice(self.start, self.stop) if due is None else due + self.start

    def renew(self, where: Where, labels: IntArray, far_squared: FloatArray, near_squared: FloatArray) -> IntArray:
        """Give samples new bounds, see ``Expiry``; returns those whose label is not proven by them."""
        every = np.arange(where.start, where.stop) if isinstance(where, slice) else where
        proven = self.expiry.renew(every - self.start, labels, far_squared, near_squared)
        return every[~proven]


class Projected:
    """Few samples need looking at, and few of those need all their features.

    1. A sample is looked at when its ``Expiry`` is due.
    2. Then its distances are bounded in a subspace, with what is remembered of the rest (``Remainders``). Mostly the
       bounds prove its label.
    3. Else it is *measured*: scores in all d features, float64 where they are too close, and both kinds of bounds anew.

    Bounding distances by a projection and the norms of what it leaves out is an idea of Bottesch, Bühler & Kächele
    (ICML 2016); remembering the products of what is left out is this program's own.

    From the start to the first means centroids mostly go so far that no bound would outlive it, so bounds begin there.
    """

    _targets: Targets
    _remainders: Remainders

    def __init__(self, samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> None:
        self._samples, self._prepared, self._map_blocks = samples, prepared, map_blocks
        self._scratch = Scratch()
        self._q: Float64Array | None = None
        self._shares: list[_Share] = []

    def moved(self, centroids: Float64Array) -> None:
        """Let the bounds expire by the way to these (k, d) centroids."""
        self._targets = aim(self._prepared, centroids)
        if self._targets.undecided:
            self._q, self._shares = None, []
            return
        q = (centroids - self._prepared.mean) / self._prepared.scale
        if self._q is not None and self._shares:
            step = q - self._q
            shifts = np.sqrt(np.einsum("ij,ij->i", step, step))
            for share in self._shares:
                share.expiry.advance(shifts)
            self._remainders.move(q, shifts)
        elif self._q is not None:
            self._begin(q)
        self._q = q
        if self._shares:
            self._remainders.widen(self._targets)

    def _begin(self, q: Float64Array) -> None:
        n = self._samples.n
        # Four at least, so that two threads even out what they have to do.
        count = max(4, -(-n // _SHARE))
        borders = np.linspace(0, n, min(n, count) + 1).astype(int).tolist()
        self._shares = [_Share(a, b, Expiry(b - a, len(q))) for a, b in pairwise(borders)]
        self._remainders = Remainders(self._prepared, self._prepared.subspace(self._map_blocks), q)
        self._measured = False

    def assign(self, labels: LabelArray) -> Moves:
        """Bring (n,) labels up to date, each the exact nearest centroid."""
        if not self._shares:
            every = nearest_labels(self._samples, self._prepared, self._targets.centroids, self._map_blocks)
            return Moves.between(labels, every)
        new = labels.copy()
        list(self._map_blocks(lambda share: self._update(share, labels, new), self._shares))
        self._measured = True
        return Moves.between(labels, new)

    def _update(self, share: _Share, labels: LabelArray, new: LabelArray) -> None:
        due = share.due(labels)
        if self._measured:
            looked = [self._screen(where, share, labels) for where in _pieces(due, self._remainders.width)]
            due = np.concatenate(looked) if looked else due
        # A measurement goes over its scores several times, beside which rows and products must fit.
        for where in _pieces(due, 4 * len(self._targets.q)):
            self._measure(where, share, new)

    def _screen(self, where: Where, share: _Share, labels: LabelArray) -> IntArray:
        """Bound the distances of these samples; returns those that may have another nearest centroid."""
        own, slack = labels[where].astype(np.intp), self._remainders.slack(where)
        squared = self._remainders.squared(where)
        flat, at = squared.reshape(-1), np.arange(0, squared.size, squared.shape[1]) + own
        far_squared = flat[at] + self._remainders.growth(where, own) + slack
        flat[at] = np.inf
        return share.renew(where, own, far_squared, row_min(squared) - slack)

    def _measure(self, where: Where, share: _Share, new: LabelArray) -> None:
        """Label these samples from all their features."""
        scores = scores_of(self._prepared, self._targets, where, self._scratch)
        found = nearest(self._samples, self._prepared, self._targets, where, scores)
        self._remainders.remember(where, scores, found.labels)
        share.renew(where, found.labels, *found.bounds())
        new[where] = found.labels


def _pieces(where: Where, width: int) -> Iterator[Where]:
    """Samples in pieces that stay in cache, at ``width`` values for each."""
    step = max(64, _VALUES // width)
    if isinstance(where, slice):
        return (slice(start, min(start + step, where.stop)) for start in range(where.start, where.stop, step))
    return (where[start : start + step] for start in range(0, len(where), step))
