"""Hamerly's algorithm: one bound tells which samples need no distance at all."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.algorithms.expiry import Expiry, large_pieces, pieces
from kmeans_cli.core.nearest import Nearest, confirm, nearest, nearest_labels
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.scores import Targets, aim, scores_of
from kmeans_cli.core.scratch import Scratch, pick
from kmeans_cli.core.types import Float64Array, LabelArray, MapBlocks, Moves, Where

# Up to so many features labels are confirmed rather than searched (measured: 64 equal, 32 faster, 3 three times).
_NARROW = 48
# Up to so many features a centroid has far fewer neighbours than there are others.
_LOW = 16


class Hamerly:
    """Samples whose label is proven by their ``Expiry`` are not looked at; the others get all k distances.

    Source: Hamerly, "Making k-means even faster", SDM 2010; on data of few features, with the shifts of near centroids
    only (see ``Expiry``).
    """

    _targets: Targets
    _expiry: Expiry
    _centroids: Float64Array

    def __init__(self, samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> None:
        self._samples, self._prepared, self._map_blocks = samples, prepared, map_blocks
        self._scratch = Scratch()
        self._begun = False

    def moved(self, centroids: Float64Array) -> None:
        """Let the bounds expire by the way to these (k, d) centroids."""
        self._targets = aim(self._prepared, centroids)
        if self._targets.undecided:
            self._begun = False
            return
        if self._begun:
            shifts = np.linalg.norm(centroids - self._centroids, axis=1)
            apart = _apart_squared(centroids, self._prepared) if self._samples.d <= _LOW else None
            self._expiry.advance(shifts / self._prepared.scale, apart)
        else:
            self._expiry, self._begun = Expiry(self._samples.n, len(centroids)), True
        self._centroids = centroids

    def assign(self, labels: LabelArray) -> Moves:
        """Bring (n,) labels up to date, each the exact nearest centroid."""
        if not self._begun:
            every = nearest_labels(self._samples, self._prepared, self._targets.centroids, self._map_blocks)
            return Moves.between(labels, every)
        due = self._expiry.due(labels)
        known = labels[0] >= 0 and self._samples.d <= _NARROW
        cut, measure = (large_pieces, self._confirm) if known else (pieces, self._search)
        parts = cut(due, len(labels), sum(self._centroids.shape))
        found = list(self._map_blocks(lambda where: self._measure(where, measure(where, labels)), parts))
        return Moves.between(labels, np.concatenate(found) if found else labels[:0], due)

    def _measure(self, where: Where, found: Nearest) -> LabelArray:
        """Take up what was found of these samples."""
        self._expiry.renew(where, found.labels, *found.bounds())
        return found.labels

    def _confirm(self, where: Where, labels: LabelArray) -> Nearest:
        return confirm(self._samples, self._prepared, self._targets, where, pick(labels, where), self._scratch)

    def _search(self, where: Where, labels: LabelArray) -> Nearest:  # noqa: ARG002 - none are known
        scores = scores_of(self._prepared, self._targets, where, self._scratch)
        return nearest(self._samples, self._prepared, self._targets, where, scores)


def _apart_squared(centroids: Float64Array, prepared: Prepared) -> Float64Array:
    """(k, k) at most the squared distances between centroids, in units of the scale; infinite on the diagonal."""
    q = (centroids - prepared.mean) / prepared.scale
    squares = np.einsum("ij,ij->i", q, q)
    apart: Float64Array = squares[:, None] + squares - 2 * (q @ q.T)
    # The three terms are each off by up to d + 2 roundings of the largest.
    apart -= 8 * (q.shape[1] + 2) * 2.0**-53 * squares.max()
    np.fill_diagonal(apart, np.inf)
    return apart
