"""Hamerly's algorithm: one bound tells which samples need no distance at all."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.algorithms.expiry import Expiry, large_pieces, pieces
from kmeans_cli.core.narrow import NARROW, Narrow
from kmeans_cli.core.nearest import nearest, nearest_labels
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.scores import Targets, aim, scores_of
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks, Moves, Where
from kmeans_cli.core.where import indices_of, pick, within

# Up to so many features, and from so many clusters on, a centroid has far fewer neighbours than there are others
# (trials at d = 3: a loss at k = 16, a gain at 64).
_LOW = 16
_MANY = 32


class Hamerly:
    """Samples whose label is proven by their ``Expiry`` are not looked at; the others get all k distances.

    Source: Hamerly, "Making k-means even faster", SDM 2010; on data of few features, with the shifts of near centroids
    only (see ``Expiry``).

    From the start to the first means centroids mostly go so far that no bound would outlive it, so bounds begin there.
    """

    _targets: Targets
    _expiry: Expiry

    def __init__(self, samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> None:
        self._samples, self._prepared, self._map_blocks = samples, prepared, map_blocks
        self._scratch = Scratch()
        self._narrow = Narrow(samples, prepared) if samples.d <= NARROW else None
        self._q: Float64Array | None = None
        self._begun = self._with_reach = False

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
            self._expiry.advance(shifts, _apart_squared(self._targets) if self._with_reach else None)
        elif self._q is not None:
            self._with_reach = q.shape[1] <= _LOW and len(q) >= _MANY
            self._expiry, self._begun = Expiry(self._samples.n, len(q), with_reach=self._with_reach), True
        self._q = q

    def assign(self, labels: LabelArray) -> Moves:
        """Bring (n,) labels up to date, each the exact nearest centroid."""
        if not self._begun:
            return Moves.between(labels, self._first())
        due = self._expiry.due(labels)
        found = self._found_wide(due, labels) if self._narrow is None else self._found_narrow(self._narrow, due, labels)
        if not found:
            return Moves(np.empty(0, dtype=np.intp), labels[:0])
        among, new = found[0] if len(found) == 1 else map(np.concatenate, zip(*found, strict=True))
        return Moves.between(labels, new, among)

    def _first(self) -> LabelArray:
        """(n,) labels without any bounds; where the targets are undecided, float64 decides them all."""
        if self._narrow is None:
            return nearest_labels(self._samples, self._prepared, self._targets.centroids, self._map_blocks)
        self._narrow.aim(self._targets)
        return np.concatenate(list(self._map_blocks(self._narrow.nearest, large_pieces(None, self._samples.n))))

    def _found_narrow(
        self, narrow: Narrow, due: IntArray | None, labels: LabelArray
    ) -> list[tuple[IntArray, LabelArray]]:
        """Which of the due samples may have a new label, and what it is, in several parts."""
        narrow.aim(self._targets)

        def confirm(where: Where) -> tuple[IntArray, LabelArray]:
            found = narrow.confirm(where, pick(labels, where))
            self._expiry.renew(where, found.labels, found.far_squared, found.near_squared)
            return within(where, found.searched), found.labels.take(found.searched)

        return list(self._map_blocks(confirm, large_pieces(due, len(labels))))

    def _found_wide(self, due: IntArray | None, labels: LabelArray) -> list[tuple[IntArray, LabelArray]]:
        """The same for all of the due samples."""

        def search(where: Where) -> tuple[IntArray, LabelArray]:
            scores = scores_of(self._prepared, self._targets, where, self._scratch)
            found = nearest(self._samples, self._prepared, self._targets, where, scores)
            self._expiry.renew(where, found.labels, *found.bounds(pick(self._prepared.squares, where)))
            return indices_of(where), found.labels

        return list(self._map_blocks(search, pieces(due, len(labels), sum(self._targets.centroids.shape))))


def _apart_squared(targets: Targets) -> Float64Array:
    """(k, k) at most the squared distances between centroids, in units of the scale; infinite on the diagonal."""
    q, squares = targets.exact_q, targets.squares
    apart: Float64Array = (-2 * q) @ q.T
    apart += squares
    # The three terms are each off by up to d + 2 roundings of the largest.
    apart += (squares - 8 * (q.shape[1] + 2) * 2.0**-53 * squares.max())[:, None]
    apart.flat[:: len(q) + 1] = np.inf
    return apart
