"""Exact assignment of wide data, mostly from distances in a subspace."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.algorithms.expiry import Expiry, pieces
from kmeans_cli.core.algorithms.remainders import Remainders
from kmeans_cli.core.distance import nearest, nearest_labels, row_min
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.scores import Targets, aim, scores_of
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks, Moves, Where


class Projected:
    """Few samples need looking at, and few of those need all their features.

    1. A sample is looked at when its ``Expiry`` is due.
    2. Then its distances are bounded in a subspace, with what is remembered of the rest (``Remainders``). Mostly the
       bounds prove its label.
    3. Else it is *measured*: scores in all d features, float64 where they are too close, and both kinds of bounds anew.

    Bounding distances by a projection and the norms of what it leaves out is an idea of Bottesch, Bühler & Kächele
    (ICML 2016); remembering the products of what is left out is this program's own.
    """

    _targets: Targets
    _expiry: Expiry
    _remainders: Remainders
    _q: Float64Array

    def __init__(self, samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> None:
        self._samples, self._prepared, self._map_blocks = samples, prepared, map_blocks
        self._scratch = Scratch()
        self._begun = self._measured = False

    def moved(self, centroids: Float64Array) -> None:
        """Let the bounds expire by the way to these (k, d) centroids."""
        self._targets = aim(self._prepared, centroids)
        if self._targets.undecided:
            self._begun = False
            return
        q = (centroids - self._prepared.mean) / self._prepared.scale
        if self._begun:
            step = q - self._q
            self._expiry.advance(np.linalg.norm(step, axis=1))
            self._remainders.move(q, step)
        else:
            self._expiry = Expiry(self._samples.n, len(q))
            self._remainders = Remainders(self._prepared, self._prepared.subspace(self._map_blocks), q)
            self._begun, self._measured = True, False
        self._q = q
        self._remainders.widen(self._targets)

    def assign(self, labels: LabelArray) -> Moves:
        """Bring (n,) labels up to date, each the exact nearest centroid."""
        if not self._begun:
            every = nearest_labels(self._samples, self._prepared, self._targets.centroids, self._map_blocks)
            return Moves.between(labels, every)
        new, due, n = labels.copy(), self._expiry.due(labels), len(labels)
        if self._measured:
            unproven = list(
                self._map_blocks(lambda where: self._screen(where, labels), pieces(due, n, self._remainders.width))
            )
            due = np.concatenate(unproven) if unproven else due
        list(self._map_blocks(lambda where: self._measure(where, new), pieces(due, n, sum(self._q.shape))))
        self._measured = True
        return Moves.between(labels, new)

    def _screen(self, where: Where, labels: LabelArray) -> IntArray:
        """Bound the distances of these samples; returns those that may have another nearest centroid."""
        own, squared, slack = labels[where], self._remainders.squared(where), self._remainders.slack(where)
        every = np.arange(len(own))
        far_squared = squared[every, own] + self._remainders.growth(where, own) + slack
        squared[every, own] = np.inf
        proven = self._expiry.renew(where, own, far_squared, row_min(squared) - slack)
        indices = np.arange(where.start, where.stop) if isinstance(where, slice) else where
        return indices[~proven]

    def _measure(self, where: Where, new: LabelArray) -> None:
        """Label these samples from all their features."""
        scores = scores_of(self._prepared, self._targets, where, self._scratch)
        found = nearest(self._samples, self._prepared, self._targets, where, scores)
        self._remainders.remember(where, scores)
        self._expiry.renew(where, found.labels, found.far_squared, found.near_squared)
        new[where] = found.labels
