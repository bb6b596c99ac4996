"""Exact assignment of wide data, mostly from distances in a subspace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.algorithms.expiry import Expiry, pieces
from kmeans_cli.core.distance import Targets, Where, aim, nearest, row_max, scores_of
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.subspace import LEAK, build_subspace
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks, Moves

_U32 = 2.0**-24


class Projected:
    """Few samples need looking at, and few of those need all their features.

    1. A sample is looked at when its ``Expiry`` is due (Hamerly 2010).
    2. Then its scores are bounded in a subspace. With r − m = V z + e (see ``Subspace``) and w = Vᵀq,
       −score = z·w + e·q − ‖q‖²/2. When the sample was last *measured*, in all d features, e·q was found for all k
       centroids at once. Since then the part of q outside the subspace went a path whose length S has grown, which
       changed e·q by at most ρ times that growth. So

           −score ≤ [z, ρ, 1]·[w, S, −‖q‖²/2] + H,   H = (−score) − [z, ρ, 1]·[w, S, −‖q‖²/2] at the measurement:

       a product of p + 2 terms and a remembered number. Where the largest of these bounds, less twice ρ times its own
       growth, still exceeds all others, the nearest centroid is known.
    3. Else the sample is measured anew, and float64 decides what float32 cannot.

    Bounding distances by a projection and the norms of what it leaves out is an idea of Bottesch, Bühler & Kächele
    (ICML 2016); remembering the products of what is left out is this program's own.
    """

    _targets: Targets
    _weights: NDArray[np.float32]

    def __init__(self, samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> None:
        self._samples, self._prepared, self._map_blocks = samples, prepared, map_blocks
        self._subspace = build_subspace(samples, prepared, map_blocks)
        self._lengths = np.sqrt(np.einsum("ij,ij->i", self._subspace.rows, self._subspace.rows))
        self._scratch = Scratch()
        self._q: Float64Array | None = None

    def moved(self, centroids: Float64Array) -> None:
        """Lengthen the paths by the way to these (k, d) centroids."""
        q = (centroids - self._prepared.mean) / self._prepared.scale
        w = q @ self._subspace.basis
        if self._q is None:
            self._begin(len(q))
        else:
            step, step_within = q - self._q, w - self._w
            rest = step - step_within @ self._subspace.basis.T
            self._path = self._path + np.linalg.norm(rest, axis=1) + LEAK * np.linalg.norm(step_within, axis=1)
            self._expiry.advance(np.linalg.norm(step, axis=1))
        self._q, self._w = q, w
        self._record_path()
        self._targets = aim(self._prepared, centroids)
        self._weights = np.column_stack([w, self._path, -np.square(q).sum(axis=1) / 2]).astype(np.float32)
        self._widen_slack()

    def assign(self, labels: LabelArray) -> Moves:
        """Bring (n,) labels up to date, each the exact nearest centroid."""
        n, k = len(labels), len(self._weights)
        new = labels.copy()
        due = self._expiry.due(labels)
        if labels[0] >= 0:
            undecided = list(self._map_blocks(lambda where: self._screen(where, labels), pieces(due, n, k)))
            due = np.concatenate(undecided) if undecided else due
        if due is None or len(due):
            list(self._map_blocks(lambda where: self._measure(where, new), pieces(due, n, k)))
        return Moves.between(labels, new)

    def _begin(self, k: int) -> None:
        n = self._samples.n
        self._expiry = Expiry(self._prepared, k)
        self._path = np.zeros(k)
        self._paths = np.empty((64, k))
        self._now = -1
        self._measured_at = np.zeros(n, dtype=np.int32)
        self._remembered = np.empty((n, k), dtype=np.float32)
        self._slope = self._constant = self._longest = 0.0

    def _record_path(self) -> None:
        self._now += 1
        if self._now == len(self._paths):
            self._paths = np.concatenate([self._paths, np.empty_like(self._paths)])
        self._paths[self._now] = self._path

    def _widen_slack(self) -> None:
        """Errors of this product and those of any earlier measurement: the largest of each is charged."""
        self._slope = max(self._slope, self._targets.slope)
        self._constant = max(self._constant, self._targets.constant)
        self._longest = max(self._longest, float(np.linalg.norm(self._weights, axis=1).max()))

    def _slack(self, where: Where) -> NDArray[np.float32]:
        terms = self._weights.shape[1]
        slack: NDArray[np.float32] = (
            np.float32(2 * self._slope) * self._prepared.lengths[where]
            + np.float32(2 * self._constant)
            + np.float32(4 * (terms + 12) * _U32 * self._longest) * self._lengths[where]
        )
        return slack

    def _screen(self, where: Where, labels: LabelArray) -> IntArray:
        """Which samples may have another nearest centroid than their label; the bounds of the others are renewed."""
        bounds, rows = self._bounds(where)
        own, every = labels[where], np.arange(len(bounds))
        growth = self._path[own] - self._paths[self._measured_at[where], own]
        least = bounds[every, own] - 2 * rows[:, -2] * growth.astype(np.float32)
        bounds[every, own] = -np.inf
        rival = row_max(bounds)
        slack = self._slack(where)
        kept = np.flatnonzero(least - rival > slack)
        indices = np.arange(where.start, where.stop) if isinstance(where, slice) else where
        self._expiry.renew(indices[kept], own[kept], (slack - least)[kept], (-rival - slack)[kept])
        return np.delete(indices, kept)

    def _bounds(self, where: Where) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        rows = self._taken(self._subspace.rows, where)
        bounds = rows @ self._weights.T
        bounds += self._taken(self._remembered, where)
        return bounds, rows

    def _measure(self, where: Where, new: LabelArray) -> None:
        """Label with all features, and remember what the subspace leaves out."""
        scores = scores_of(self._prepared, self._targets, where, self._scratch)
        self._remembered[where] = -scores - self._taken(self._subspace.rows, where) @ self._weights.T
        self._measured_at[where] = self._now
        found = nearest(self._samples, self._prepared, self._targets, where, scores)
        new[where] = found.labels
        self._expiry.renew(where, found.labels, found.upper, found.lower)

    def _taken(self, matrix: NDArray[np.float32], where: Where) -> NDArray[np.float32]:
        return matrix[where] if isinstance(where, slice) else self._scratch.take(matrix, where)
